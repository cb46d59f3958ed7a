// What an attacker can put in front of the page. None of it may ever look genuine.

import { createServer } from 'node:http';

import { open, ready, until, verdict } from '../lib/browser.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { publication, publish, serve } from '../lib/server.mjs';
import { ownLink } from '../lib/shelf.mjs';
import { packOf, rootOf } from '../lib/vectors.mjs';

/**
 * When the vectors' packs are new. The server dates its answers by its own clock, so that the page may call the device's
 * clock wrong meanwhile; it goes on all the same.
 */
const PACKS_TIME = new Date('2026-11-22T09:00:00Z');

export async function attackTests({ browser, server, shelf }) {
  const genuine = shelf.boxes.find(({ name }) => name.startsWith('03-')).link;
  const never = (found, what) => {
    check(found.tone !== 'good', `${what} has the tone of good`);
    check(!found.green, `${what} is green`);
  };

  await test('attacks: a tampered link is never green, wherever a digit changed or was cut off', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const [head, seal] = genuine.split('#');
    const forged = [];
    for (let at = 1; at < seal.length; at += 9) {
      forged.push(`${head}#${seal.slice(0, at)}${(Number(seal[at]) + 1) % 10}${seal.slice(at + 1)}`, `${head}#${seal.slice(0, at)}`);
    }
    forged.push(genuine.replace('09520000000035', '09520000000042'), `${head}/21/1#${seal}`, `${head}#${seal}0`, `${head}#${seal}${seal}`);
    const looks = await page.evaluate(async (list) => {
      const base = document.querySelector('script[type=module]').src;
      const { judge } = await import(base);
      const { look } = await import(base);
      return list.map((text) => {
        const { verdict: found } = judge(text);
        return { text, conclusion: found?.conclusion, tone: found ? look(found).tone : 'unknown', shown: Boolean(found?.label) };
      });
    }, forged);
    for (const { text, tone, shown, conclusion } of looks) check(tone !== 'good' && !shown && conclusion !== 'in-force', `${conclusion}: ${text}`);
    await page.goto('about:blank');
    await page.goto(ownLink(forged[40], server.origin));
    await ready(page);
    never(await verdict(page), 'the forged link');
    await context.close();
    return `${forged.length} forgeries`;
  });

  await test('attacks: our link on a page of another host is not green, warns, and cannot be framed', async () => {
    const evil = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<iframe src="${ownLink(genuine, server.origin)}"></iframe>`);
    });
    await new Promise((resolve) => evil.listen(0, '127.0.0.1', resolve));
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const moved = genuine.replace(/^https:\/\/[^/]*/, 'https://label.example.sg.evil.example');
    await page.fill('.typed input', moved);
    await page.press('.typed input', 'Enter');
    const found = await verdict(page);
    never(found, 'a label on a foreign host');
    equal(found.conclusion, 'in-force', 'conclusion');
    check((await page.locator('[data-note=foreign-host]').innerText()).includes('label.example.sg.evil.example'), 'the host is not named');
    await context.close();
    const framing = await browser.newContext();
    const outside = await framing.newPage();
    await outside.goto(`http://127.0.0.1:${evil.address().port}/`);
    const inside = await outside.frames().at(-1).content().catch(() => '');
    check(!/Verilabel/.test(inside), 'the page was framed');
    await framing.close();
    evil.close();
  });

  await test('attacks: hostile texts are shown as they are, never run, never linked, never green', async () => {
    const { context, page } = await open(browser, server.origin);
    const texts = [
      '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>', 'javascript:window.pwned=1//',
      'https://label.example.sg/01/09520000000035', 'https://label.example.sg@evil.example/01/09520000000035#1234',
      '\u202Eelbakcatta', 'https://evil.example/\u202e53000000025090/10/#1123', 'WIFI:S:<b>net</b>;T:WPA;P:secret;;', 'data:text/html,<script>window.pwned=1</script>',
      `https://evil.example/${'a'.repeat(6000)}`, 'https://label.example.sg/01/09520000000035#1<svg onload=window.pwned=1>',
    ];
    for (const text of texts) {
      await page.goto('about:blank');
      await page.goto(server.origin);
      await ready(page);
      await page.fill('.typed input', text);
      await page.press('.typed input', 'Enter');
      never(await verdict(page), text.slice(0, 60));
      await page.waitForTimeout(50);
      const state = await page.evaluate(() => ({
        pwned: 'pwned' in window,
        links: document.querySelectorAll('main a[href]').length,
        odd: document.querySelectorAll('main img, main script, main iframe, main b').length,
        address: location.pathname,
      }));
      equal(JSON.stringify(state), JSON.stringify({ pwned: false, links: 0, odd: 0, address: '/' }), text.slice(0, 60));
    }
    await context.close();
    return `${texts.length} texts`;
  });

  await test('attacks: hostile names in a verdict stay text, and keep their direction to themselves', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const state = await page.evaluate(async (text) => {
      const base = document.querySelector('script[type=module]').src;
      const { judge } = await import(base);
      const { productSection } = await import(base);
      const { verdict: found } = judge(text);
      found.label.names = { source: 'seal', brand: '<img src=x onerror=pwned=1>', models: ['\u202Egnp.exe', '"><script>1</script>'], manufacturer: 'שלום <b>x</b>' };
      const part = productSection(found, text);
      document.querySelector('main').append(part);
      const name = part.querySelector('.name');
      return { odd: part.querySelectorAll('img, script, b').length, bdi: name.querySelectorAll('bdi').length, text: name.textContent.includes('<img src=x') };
    }, genuine);
    equal(JSON.stringify(state), JSON.stringify({ odd: 0, bdi: 2, text: true }), 'names');
    await context.close();
  });

  await test('attacks: a rolled-back pack is refused, also after a reload; the newer one stays in use', async () => {
    const folder = publication(packOf('base'), rootOf('base'));
    const other = await serve(folder);
    const { context, page } = await open(browser, other.origin);
    await page.clock.setFixedTime(PACKS_TIME);
    await page.goto(`${other.origin}/#settings`);
    await ready(page);
    const version = () => page.evaluate(async () => {
      const base = document.querySelector('script[type=module]').src;
      return (await import(base)).packInfo()?.version;
    });
    const before = await version();
    check(before > 0, 'no pack was taken');
    publish(folder, packOf('older'));
    await new Promise((resolve) => setTimeout(resolve, 1300));
    for (let round = 0; round < 2; round += 1) {
      await page.click('.about .button.primary');
      await page.waitForSelector('#troubles [data-trouble=pack-rolled-back]');
      equal(await version(), before, 'version');
      await page.reload();
      await ready(page);
      equal(await version(), before, 'version after a reload');
    }
    // Only whoever asks to begin anew gives that protection up.
    await page.getByRole('button', { name: 'Start anew' }).click();
    await until(page, () => document.querySelector('#announcer').textContent === 'Updated');
    const anew = await version();
    check(anew < before, `version ${anew} after beginning anew`);
    equal(await page.locator('#troubles [data-trouble=pack-rolled-back]').count(), 0, 'refusals');
    await page.reload();
    await ready(page);
    equal(await version(), anew, 'what is kept after beginning anew');
    await context.close();
    await other.stop();
  });

  await test('attacks: two tabs that update at once end with the newest pack, never with an older one', async () => {
    const folder = publication(packOf('older'), rootOf('older'));
    const other = await serve(folder);
    const { context, page } = await open(browser, other.origin);
    const second = await context.newPage();
    for (const tab of [page, second]) {
      await tab.clock.setFixedTime(PACKS_TIME);
      await tab.goto(other.origin);
      await ready(tab);
    }
    const before = await page.evaluate(async () => (await import(document.querySelector('script[type=module]').src)).packInfo().version);
    publish(folder, packOf('base'));
    await new Promise((resolve) => setTimeout(resolve, 1300));
    const update = (tab) => tab.evaluate(async () => {
      const base = document.querySelector('script[type=module]').src;
      const session = await import(base);
      const outcomes = await Promise.all([session.update(), session.update(), session.update()]);
      return { outcomes, version: session.packInfo().version };
    });
    const found = await Promise.all([update(page), update(second)]);
    for (const { outcomes, version } of found) {
      check(!outcomes.includes('failed'), `an update failed: ${outcomes}`);
      check(version > before, `version ${version} after ${before}`);
    }
    await context.close();
    await other.stop();
  });

  await test('attacks: an unconfirmed status is not green', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.clock.setFixedTime(new Date(Date.now() + 40 * 86400000));
    await page.goto(ownLink(genuine, server.origin));
    await ready(page);
    const found = await verdict(page);
    never(found, 'an unconfirmed label');
    equal(found.conclusion, 'cannot-tell', 'conclusion');
    check((await page.locator('main').innerText()).length > 100, 'nothing is said');
    await context.close();
  });
}

