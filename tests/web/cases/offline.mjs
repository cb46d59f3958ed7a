// With the server gone: a reload, another box, every view and every language.

import { offlineReady, open, ready, until, verdict } from '../lib/browser.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { publication, serve } from '../lib/server.mjs';
import { ownLink } from '../lib/shelf.mjs';

export async function offlineTests({ browser, shelf }) {
  await test('offline: after one visit everything works with the server gone', async () => {
    const other = await serve(publication(shelf.pack, shelf.root));
    const { context, page } = await open(browser, other.origin);
    await page.goto(ownLink(shelf.boxes[0].link, other.origin));
    await ready(page);
    await offlineReady(page);
    await other.stop();
    await page.reload();
    await ready(page);
    equal((await verdict(page)).code, 'in-force', 'the same box after a reload');
    for (const box of shelf.boxes.slice(4, 8)) {
      await page.goto('about:blank');
      await page.goto(ownLink(box.link, other.origin));
      await ready(page);
      equal((await verdict(page)).code, box.code, box.name);
    }
    for (const view of ['map', 'rapid', 'settings', '']) {
      await page.goto('about:blank');
      await page.goto(`${other.origin}/#${view}`);
      await ready(page);
      check(await page.locator('main h1').count(), `no heading in ${view}`);
    }
    await page.setInputFiles('input[type=file]', shelf.boxes[2].path);
    equal((await verdict(page)).code, 'in-force', 'a picture, by our own reader');
    await page.goto(`${other.origin}/#settings`);
    await ready(page);
    for (const [language, word] of [['ta', 'மொழி'], ['ja', '言語'], ['en', 'Language']]) {
      await page.selectOption('.about select >> nth=0', language);
      await until(page, (due) => document.querySelector('.about .field')?.textContent.includes(due), word);
    }
    await page.click('.about .button.primary');
    await until(page, () => document.querySelector('#announcer').textContent.includes('did not succeed'));
    equal(await page.evaluate(() => document.documentElement.dataset.troubles), '', 'troubles');
    await page.evaluate(() => { document.querySelector('#announcer').textContent = ''; });
    await page.getByRole('button', { name: 'Start anew' }).click();
    await until(page, () => document.querySelector('#announcer').textContent.includes('did not succeed'));
    await page.goto('about:blank');
    await page.goto(ownLink(shelf.boxes[0].link, other.origin));
    await ready(page);
    equal((await verdict(page)).code, 'in-force', 'after beginning anew in vain');
    await context.close();
  });

  await test('offline: the first visit with no network at all says what to do', async () => {
    const other = await serve(publication(shelf.pack, shelf.root));
    const { context, page } = await open(browser, other.origin);
    await page.route(/pack\.tar\.gz|root\.json/, (route) => route.abort());
    await page.goto(ownLink(shelf.boxes[0].link, other.origin));
    await ready(page);
    const card = await page.locator('.card').evaluate((node) => ({ ...node.dataset }));
    equal(card.tone, 'unknown', 'tone');
    await page.unroute(/pack\.tar\.gz|root\.json/);
    await page.click('.card .button');
    await page.waitForSelector('.card[data-conclusion=in-force]');
    equal(await page.title(), `${(await verdict(page)).title} · Verilabel`, 'title after another try');
    equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'focus after another try');
    await context.close();
    await other.stop();
  });
}
