// A fake camera that is fed with a film of a box: moving, tilted, noisy.

import { join } from 'node:path';

import { launch, open, ready, until, verdict } from '../lib/browser.mjs';
import { scratch } from '../lib/places.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { FAKE_CAMERA, fakeCamera, film } from '../lib/video.mjs';

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

/** The way back from a camera that is gone: another one is asked for, and it cannot be had. */
export async function anotherCameraTests({ server }) {
  await test('camera: another one that cannot be had is said, and scanning can begin anew', async () => {
    const filming = await launch({ args: [...FAKE_CAMERA, '--use-fake-device-for-media-stream=device-count=2'] });
    try {
      const { page } = await open(filming, server.origin, { permissions: ['camera'] });
      await page.goto(server.origin);
      await ready(page);
      await page.waitForSelector('.stage[data-state=running] .extra .button');
      await page.evaluate(() => {
        const { mediaDevices } = navigator;
        const real = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = async (wanted) => {
          mediaDevices.getUserMedia = real;
          throw new DOMException('in use', 'NotReadableError');
        };
      });
      await page.click('.extra .button');
      await page.waitForSelector('.stage[data-state=off] .start:not([hidden])');
      equal(await page.locator('.said').textContent(), 'Another app is using the camera. Close it and try again.', 'said');
      equal(await page.locator('.extra .button').count(), 0, 'buttons for a camera that is off');
      await page.click('.start');
      await page.waitForSelector('.stage[data-state=running] .extra .button');
    } finally {
      await filming.close();
    }
  });
}

/** A camera that comes late: nobody is filmed who has gone elsewhere, or by two at once. */
export async function lateCameraTests({ server }) {
  await test('camera: two taps turn to one other, and one that comes after the view was left is switched off', async () => {
    const filming = await launch({ args: [...FAKE_CAMERA, '--use-fake-device-for-media-stream=device-count=2'] });
    try {
      const { page } = await open(filming, server.origin, { permissions: ['camera'] });
      await page.goto(server.origin);
      await ready(page);
      await page.waitForSelector('.stage[data-state=running] .extra .button');
      await page.evaluate(() => {
        globalThis.tracks = document.querySelector('video').srcObject.getTracks();
        const { mediaDevices } = navigator;
        const real = mediaDevices.getUserMedia.bind(mediaDevices);
        mediaDevices.getUserMedia = async (wanted) => {
          await new Promise((resolve) => { setTimeout(resolve, 1000); });
          const stream = await real(wanted);
          globalThis.tracks.push(...stream.getTracks());
          return stream;
        };
      });
      const live = () => page.evaluate(() => globalThis.tracks.map(({ readyState }) => readyState).join(' '));
      await page.dblclick('.extra .button');
      await until(page, () => {
        const video = document.querySelector('video');
        return video.srcObject?.getTracks()[0] === globalThis.tracks[1] && video.readyState >= 3 && !video.paused;
      });
      await page.waitForTimeout(1500);
      equal(await live(), 'ended live', 'after two taps');
      await page.click('.extra .button');
      await page.click('nav a[href="/#settings"]');
      await page.waitForSelector('body[data-shown=settings]');
      await until(page, () => globalThis.tracks.length === 3);
      await page.waitForTimeout(200);
      equal(await live(), 'ended ended ended', 'after the view was left');
      check(!(await page.evaluate(() => document.querySelector('#announcer').textContent.includes('camera'))), 'a trouble is announced');
    } finally {
      await filming.close();
    }
  });
}

/** Whether nothing on the card calls for care. */
const isFamiliar = async (page) => (await page.locator('[data-note=foreign-host], [data-note=pack-expired]').count()) === 0;
