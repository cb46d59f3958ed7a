// A page opened on its own link, for every box of the shelf and every market: the verdict is the command's.

import { open, ready, verdict } from '../lib/browser.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { ownLink } from '../lib/shelf.mjs';

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
    await page.reload();
    await ready(page);
    equal((await verdict(page)).conclusion, 'not-meeting', 'after a reload');
    const details = page.locator('details.expert');
    await details.locator('summary').click();
    await page.waitForSelector('.checks li');
    check((await page.locator('.checks li').count()) >= 10, 'too few checks in the details');
    await context.close();
  });
}
