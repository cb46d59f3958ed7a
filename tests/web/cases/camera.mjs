// A fake camera that is fed with a film of a box: moving, tilted, noisy.

import { join } from 'node:path';

import { launch, open, ready, verdict } from '../lib/browser.mjs';
import { scratch } from '../lib/places.mjs';
import { equal, test } from '../lib/report.mjs';
import { fakeCamera, film } from '../lib/video.mjs';

export async function cameraTests({ browser, server, shelf }) {
  const { context, page } = await open(browser, server.origin);
  await page.goto('about:blank');
  for (const box of shelf.boxes) {
    await test(`camera: ${box.name} is scanned to ${box.code}`, async () => {
      const path = await film(page, [box.path], join(scratch, `${box.name}.mjpeg`));
      const filming = await launch({ args: fakeCamera(path) });
      try {
        const scanning = await open(filming, server.origin, { permissions: ['camera'] });
        await scanning.page.goto(server.origin);
        await ready(scanning.page);
        const found = await verdict(scanning.page);
        equal(found.code, box.code, 'code');
        equal(found.green, box.exit === 0 && (await isFamiliar(scanning.page)), 'green');
      } finally {
        await filming.close();
      }
    });
  }
  await context.close();
}

/** Whether nothing on the card calls for care. */
const isFamiliar = async (page) => (await page.locator('[data-note=foreign-host], [data-note=pack-expired]').count()) === 0;
