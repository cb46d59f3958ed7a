// A page opened on its own link, for every box of the shelf and every market: the verdict is the command's.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { open, ready, until, verdict } from '../lib/browser.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { ownLink } from '../lib/shelf.mjs';

const isNamed = (bytes, url) => url.includes(createHash('sha256').update(bytes).digest('hex'));

export async function cardTests({ browser, server, shelf }) {
  await test('cards: each box opened by its link gives the verdict that is due', async () => {
    const { context, page } = await open(browser, server.origin);
    for (const box of shelf.boxes) {
      await page.goto('about:blank');
      await page.goto(ownLink(box.link, server.origin));
      await ready(page);
      const found = await verdict(page);
      equal(found.code, box.code, box.name);
      equal(found.green, box.exit === 0, `${box.name} is green`);
      equal(found.tone === 'good', box.exit === 0, `${box.name} has the tone of good`);
      const shows = await page.evaluate(() => Boolean(document.querySelector('.product')));
      equal(shows, box.exit !== 10 && box.code !== 'issuer-unknown', `${box.name} shows a product`);
      const focused = await page.evaluate(() => document.activeElement?.tagName);
      equal(focused, 'H1', `focus of ${box.name}`);
      equal(await page.evaluate(() => document.querySelector('#announcer').textContent), found.title, 'announcement');
    }
    await context.close();
    return `${shelf.boxes.length} boxes`;
  });

  await test('cards: for each market the verdict is the one that the command gives', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const links = Object.fromEntries(shelf.boxes.map(({ file, link }) => [file, link]));
    const asked = shelf.expected.map(({ file, args, code }) => ({ text: links[file], code, market: args[args.indexOf('--market') + 1], has: args.includes('--market') }));
    const wrong = await page.evaluate(async (list) => {
      const base = document.querySelector('script[type=module]').src;
      const { judge } = await import(base);
      const { prefer } = await import(base);
      return list.flatMap(({ text, code, market, has }) => {
        prefer({ market: has ? market : '' });
        const found = judge(text).verdict?.code;
        return found === code ? [] : [`${text.slice(0, 50)} ${market}: due ${code}, found ${found}`];
      });
    }, asked);
    equal(wrong.join('\n'), '', 'wrong');
    await context.close();
    return `${asked.length} verdicts`;
  });

  await test('cards: the market is asked once, kept, and changes the card', async () => {
    const { context, page } = await open(browser, server.origin);
    const box = shelf.boxes.find(({ name }) => name.startsWith('15-'));
    await page.goto(ownLink(box.link, server.origin));
    await ready(page);
    equal((await verdict(page)).tone, 'good', 'before');
    await page.selectOption('.recognition select', 'SG');
    await page.waitForSelector('.card[data-conclusion=not-meeting]');
    const found = await verdict(page);
    equal(found.green, false, 'green though it does not count there');
    equal(await page.title(), `${found.title} · Verilabel`, 'title');
    equal(await page.evaluate(() => document.querySelector('#announcer').textContent), found.title, 'announcement');
    equal(await page.evaluate(() => document.activeElement?.closest('.recognition') && document.activeElement.tagName), 'SELECT', 'focus');
    await page.reload();
    await ready(page);
    const kept = await verdict(page);
    equal(kept.conclusion, 'not-meeting', 'after a reload');
    check(/unclear/.test(kept.title), `what cannot be told is called "${kept.title}"`);
    await page.selectOption('.recognition select', 'FI');
    await page.waitForSelector('.card[data-code=no-arrangement]');
    check(/does not count/.test((await verdict(page)).title), 'what does not count is called otherwise');
    const details = page.locator('details.expert');
    await details.locator('summary').click();
    await page.waitForSelector('.checks li');
    check((await page.locator('.checks li').count()) >= 10, 'too few checks in the details');
    await context.close();
  });

  await test('cards: of a label that is not in force, nothing is said to count without that', async () => {
    const { context, page } = await open(browser, server.origin);
    for (const box of shelf.boxes) {
      await page.goto('about:blank');
      await page.goto(ownLink(box.link, server.origin));
      await ready(page);
      if (!(await page.locator('.recognition select').count())) continue;
      await page.selectOption('.recognition select', 'SG');
      const inForce = !['expired', 'suspended', 'withdrawn'].includes(box.code);
      equal(await page.locator('.recognition [data-moot]').count(), inForce ? 0 : 1, box.name);
      await page.locator('.card .actions .button').nth(1).click();
      await page.waitForSelector('.places li');
      equal(await page.locator('.map [data-moot]').count(), inForce ? 0 : 1, `the map of ${box.name}`);
    }
    await context.close();
  });

  await test('cards: what is shared has the link only of an authentic label', async () => {
    const { context, page } = await open(browser, server.origin, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.addInitScript(() => { delete Navigator.prototype.share; });
    const shared = async (start) => {
      await page.goto('about:blank');
      await page.goto(ownLink(shelf.boxes.find(({ name }) => name.startsWith(start)).link, server.origin));
      await ready(page);
      await page.getByRole('button', { name: 'Share' }).click();
      await until(page, () => document.querySelector('#announcer').textContent.includes('copied'));
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const genuine = await shared('03-');
    check(genuine.includes('Lumora Hub One') && genuine.includes('/01/09520000000035#1'), genuine);
    const suspended = await shared('06-');
    check(/Suspended/.test(suspended) && !/In force/.test(suspended), suspended);
    const forged = await shared('08-');
    check(forged.includes('Not a genuine label') && !forged.includes('/01/'), forged);
    await context.close();
  });

  await test('cards: a picture of the product comes when it is asked for, and only the one on record', async () => {
    const { context, page } = await open(browser, server.origin);
    const asked = [];
    page.on('request', (request) => { if (request.url().includes('/pictures/')) asked.push(request.url()); });
    const shown = async () => {
      await page.goto('about:blank');
      await page.goto(ownLink(shelf.boxes.find(({ name }) => name.startsWith('03-')).link, server.origin));
      await ready(page);
      const button = page.getByRole('button', { name: 'Show a picture' });
      await button.waitFor();
      equal(asked.length, 0, 'requests before anybody asked');
      await button.click();
      await until(page, () => document.querySelector('.photo img') || /says nothing/.test(document.querySelector('.photo').textContent));
      const due = readdirSync(shelf.pictures).sort();
      // The driver may hear of the last requests after the page is done with the one that it wanted.
      for (const end = Date.now() + 20000; asked.length < due.length && Date.now() < end; ) await page.waitForTimeout(20);
      const fetched = asked.splice(0).map((url) => url.split('/pictures/')[1]).sort();
      equal(fetched.join(' '), due.join(' '), 'what is fetched: few pictures are fetched all');
      return page.evaluate(() => document.querySelector('.photo img')?.naturalWidth ?? 0);
    };
    check((await shown()) > 100, 'no picture');
    const another = readdirSync(shelf.pictures).map((file) => readFileSync(join(shelf.pictures, file)));
    const substitutes = [
      (route) => route.fulfill({ contentType: 'image/png', body: another.find((bytes) => !isNamed(bytes, route.request().url())) }),
      (route) => route.fulfill({ status: 404 }),
      (route) => route.abort(),
    ];
    for (const substitute of substitutes) {
      await page.unroute('**/pictures/*');
      await page.route('**/pictures/*', substitute);
      equal(await shown(), 0, 'another picture, or none, is shown');
      check(/says nothing about the label/.test(await page.locator('.photo').innerText()), 'why is not said');
      equal((await verdict(page)).code, 'in-force', 'the verdict');
    }
    await context.close();
  });
}
