// What can be in the way: each gets a calm sentence and a next step, and none says a word against a label.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { launch, open, ready, until, verdict } from '../lib/browser.mjs';
import { scratch } from '../lib/places.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { publication, publish, serve } from '../lib/server.mjs';
import { ownLink } from '../lib/shelf.mjs';

export async function troubleTests({ browser, server, shelf }) {
  const { link } = shelf.boxes[0];

  const tried = async (name, { origin = server.origin, prepare = async () => undefined, context: options = {}, due, by = browser }) =>
    test(`troubles: ${name}`, async () => {
      const { context, page } = await open(by, origin, options);
      await prepare(page, context);
      await page.goto(ownLink(link, origin));
      await ready(page);
      const state = await page.evaluate(() => ({
        card: { ...document.querySelector('main .card')?.dataset },
        troubles: document.documentElement.dataset.troubles,
        text: document.body.innerText,
      }));
      check(state.card.conclusion !== 'not-authentic', 'it is called not genuine');
      check(!/^code\./m.test(state.text), 'a key is shown');
      await due(state, page);
      await context.close();
    });

  await tried('a damaged pack, and then a good one', {
    ...(await damaged(shelf)),
    due: async (state, page) => {
      equal(state.card.tone, 'unknown', 'tone');
      equal(state.card.trouble, 'pack-file-damaged', 'trouble');
      publish(damagedFolder, shelf.pack);
      await page.waitForTimeout(1300);
      await page.click('.card .button');
      await page.waitForSelector('.card[data-conclusion=in-force]');
    },
  });
  await damagedServer?.stop();

  await tried('no pack at all', {
    prepare: (page) => page.route('**/pack.tar.gz', (route) => route.abort()),
    due: (state) => {
      equal(state.card.tone, 'unknown', 'tone');
      equal(state.card.trouble, 'pack-unreachable', 'trouble');
    },
  });

  await tried('storage refused: judged all the same, and said', {
    prepare: (page) => page.addInitScript(() => {
      IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };
      Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    }),
    due: (state) => {
      equal(state.card.conclusion, 'in-force', 'conclusion');
      check(state.troubles.includes('no-storage'), `troubles: ${state.troubles}`);
    },
  });

  await tried('WebAssembly switched off', {
    prepare: (page) => page.addInitScript(() => { delete globalThis.WebAssembly; }),
    due: async (state, page) => {
      equal(state.card.trouble, 'no-wasm', 'trouble');
      await page.click('nav a[href="/#map"]');
      await page.waitForSelector('body[data-shown=map] .card[data-trouble=no-wasm]');
    },
  });

  await test('troubles: a view that cannot be loaded says so, and comes when it can', async () => {
    const { context, page } = await open(browser, server.origin, { serviceWorkers: 'block' });
    await page.goto(ownLink(link, server.origin));
    await ready(page);
    await page.route('**/js/about.js', (route) => route.abort());
    await page.click('nav a[href="/#settings"]');
    await page.waitForSelector('body[data-shown=settings] .card[data-trouble=pack-unreachable]');
    await page.unroute('**/js/about.js');
    await page.click('.card .button');
    await page.waitForSelector('body[data-shown=settings] .about');
    await context.close();
  });

  await test('troubles: sharing that cannot be loaded is said', async () => {
    const { context, page } = await open(browser, server.origin, { serviceWorkers: 'block' });
    await page.goto(ownLink(link, server.origin));
    await ready(page);
    await page.route('**/js/share.js', (route) => route.abort());
    await page.getByRole('button', { name: 'Share' }).click();
    await until(page, () => document.querySelector('#announcer').textContent === 'Not shared');
    await context.close();
  });

  for (const [name, years] of [['behind', -3], ['ahead', 3]]) {
    await tried(`a clock that is three years ${name}`, {
      prepare: (page) => page.clock.setFixedTime(new Date(Date.now() + years * 365 * 86400000)),
      due: (state) => {
        check(state.card.tone !== 'good', 'it is green');
        check(state.troubles.includes('clock'), `troubles: ${state.troubles}`);
      },
    });
  }

  await test('troubles: a pack past its expiry judges on, says so, and is not green', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.clock.setFixedTime(new Date(Date.now() + 8 * 86400000));
    await page.goto(ownLink(link, server.origin));
    await ready(page);
    const found = await verdict(page);
    check(found.tone !== 'good' && !found.green, 'it is green');
    check(await page.locator('[data-note=pack-expired]').count(), 'the expiry is not said');
    await context.close();
  });

  await test('troubles: a kept pack that rotted is fetched again; a rotten memory is said, and begun anew on demand', async () => {
    const { context, page } = await open(browser, server.origin);
    const rot = (what) => page.evaluate(async (name) => {
      const database = await new Promise((resolve) => { indexedDB.open('verilabel').onsuccess = ({ target }) => resolve(target.result); });
      const store = database.transaction('kept', 'readwrite').objectStore('kept');
      store.put(name === 'pack' ? new Uint8Array(100) : '{"timestamp":', name);
      await new Promise((resolve) => { store.transaction.oncomplete = resolve; });
      database.close();
    }, what);
    await page.goto(ownLink(link, server.origin));
    await ready(page);
    await rot('pack');
    await page.reload();
    await ready(page);
    equal((await verdict(page)).conclusion, 'in-force', 'after the pack rotted');
    await rot('memory');
    await page.reload();
    await ready(page);
    equal(await page.locator('.card').getAttribute('data-trouble'), 'memory-damaged', 'trouble');
    await page.click('.card .button');
    await page.waitForSelector('.card[data-conclusion=in-force]');
    await context.close();
  });

  await test('troubles: pictures that are none, without a code, or empty; and a truncated link', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const noise = join(scratch, 'noise.png');
    writeFileSync(noise, Buffer.from('not a picture at all'));
    const empty = join(scratch, 'empty.png');
    writeFileSync(empty, '');
    const blank = join(scratch, 'blank.png');
    writeFileSync(blank, await page.screenshot());
    const said = [];
    for (const file of [noise, empty, blank]) {
      await page.evaluate(() => { document.querySelector('.said').textContent = ''; });
      await page.setInputFiles('input[type=file]', file);
      await until(page, () => /[^…]$/.test(document.querySelector('.said').textContent.trim()));
      said.push(await page.locator('.said').innerText());
    }
    check(/cannot be read/.test(said[0]) && /cannot be read/.test(said[1]) && /No code/.test(said[2]), said.join(' | '));
    await page.setInputFiles('input[type=file]', shelf.boxes[0].path);
    equal((await verdict(page)).code, 'in-force', 'a picture of a box');
    await page.goto(`${server.origin}/?`);
    await ready(page);
    await page.fill('.typed input', link.slice(0, -7));
    await page.press('.typed input', 'Enter');
    equal((await verdict(page)).tone, 'bad', 'a truncated link');
    check(/once more/.test(await page.locator('.card').innerText()), 'no next step');
    await context.close();
  });

  await test('troubles: whoever scans before the verifier is there waits, and is told the verdict', async () => {
    const { context, page } = await open(browser, server.origin);
    let arrive;
    const arriving = new Promise((resolve) => { arrive = resolve; });
    await page.route('**/pack.tar.gz', async (route) => { await arriving; await route.continue(); });
    await page.goto(server.origin);
    await page.fill('.typed input', link);
    await page.press('.typed input', 'Enter');
    await page.waitForSelector('main .wait');
    equal(await page.locator('main .card').count(), 0, 'cards without a verifier');
    arrive();
    equal((await verdict(page)).code, 'in-force', 'code');
    await context.close();
  });

  await test('troubles: a picture by paste and by drop, a link by paste', async () => {
    const { context, page } = await open(browser, server.origin);
    const base64 = readFileSync(shelf.boxes[1].path).toString('base64');
    for (const way of ['paste', 'drop']) {
      await page.goto(server.origin);
      await ready(page);
      await page.evaluate(([kind, picture]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))], 'box.png', { type: 'image/png' }));
        document.dispatchEvent(kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: data }) : new DragEvent('drop', { dataTransfer: data }));
      }, [way, base64]);
      equal((await verdict(page)).code, shelf.boxes[1].code, way);
    }
    await page.goto(server.origin);
    await ready(page);
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
    }, link);
    equal((await verdict(page)).code, 'in-force', 'paste of a link');
    await context.close();
  });

  await test('troubles: no camera, and a camera that is refused', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    await page.click('.start');
    await until(page, () => document.querySelector('.said').textContent.length > 10);
    check(/camera/i.test(await page.locator('.said').innerText()), 'nothing is said of the camera');
    await context.close();
    const refusing = await launch({ args: ['--use-fake-device-for-media-stream', '--deny-permission-prompts'] });
    const other = await open(refusing, server.origin);
    await other.page.goto(server.origin);
    await ready(other.page);
    await other.page.click('.start');
    await until(other.page, () => /allow/i.test(document.querySelector('.said').textContent));
    await refusing.close();
  });
}

let damagedFolder;
let damagedServer;
async function damaged(shelf) {
  damagedFolder = publication(shelf.pack.subarray(0, shelf.pack.length - 900), shelf.root);
  damagedServer = await serve(damagedFolder);
  return { origin: damagedServer.origin };
}
