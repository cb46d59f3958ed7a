// Rapid mode: one touch, then a hundred scans.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { launch, open, ready, until } from '../lib/browser.mjs';
import { out, scratch } from '../lib/places.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { fakeCamera, film } from '../lib/video.mjs';

const DUE = 100;

export async function rapidTests({ browser, server, shelf }) {
  await test('rapid: a hundred scans without a touch, duplicates marked, signals that differ, a CSV of all', async () => {
    const { context, page: drawing } = await open(browser, server.origin);
    const boxes = shelf.boxes.filter(({ name }) => /^(01|06|08|10)-/.test(name));
    const path = await film(drawing, boxes.map((box) => box.path), join(scratch, 'rapid.mjpeg'), { frames: 8 });
    await context.close();
    const filming = await launch({ args: fakeCamera(path) });
    try {
      const { page } = await open(filming, server.origin, { permissions: ['camera'], acceptDownloads: true });
      // The film runs faster than a hand: a box counts as new again after a fraction of the time.
      await page.addInitScript(() => {
        const real = performance.now.bind(performance);
        performance.now = () => real() * 12;
        globalThis.heard = [];
        globalThis.felt = [];
        const create = globalThis.OscillatorNode;
        globalThis.OscillatorNode = class extends create {
          constructor(audio, options) { super(audio, options); globalThis.heard.push(options.frequency); }
        };
        navigator.vibrate = (pattern) => globalThis.felt.push(JSON.stringify(pattern));
      });
      await page.goto(`${server.origin}/#rapid`);
      await ready(page);
      await page.click('.start');
      await until(page, (due) => Number(document.querySelector('.counts').dataset.total) >= due, DUE, { timeout: 90000 });
      const state = await page.evaluate(() => ({
        rows: document.querySelectorAll('.scans li').length,
        codes: [...new Set([...document.querySelectorAll('.scans li')].map((row) => row.dataset.code))].sort(),
        duplicates: document.querySelectorAll('.scans li[data-duplicate]').length,
        counts: [...document.querySelectorAll('.counts strong')].map((node) => Number(node.textContent)),
        tones: new Set(globalThis.heard).size,
        patterns: new Set(globalThis.felt).size,
      }));
      equal(state.codes.join(' '), boxes.map(({ code }) => code).sort().join(' '), 'codes');
      check(state.rows <= 50 && state.duplicates > 10, `${state.rows} rows, ${state.duplicates} duplicates`);
      equal(state.counts.slice(0, 3).join(' '), '1 1 2', 'good, attention, bad');
      check(state.tones >= 5 && state.patterns >= 4, `${state.tones} tones, ${state.patterns} patterns`);
      await page.screenshot({ path: join(out(), 'rapid-running.png') });
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('.rapid .actions .button')]);
      const csv = readFileSync(await download.path(), 'utf8').split('\r\n');
      check(csv.length > DUE && csv[0].startsWith('at,words,duplicate,conclusion,code'), `${csv.length} lines of CSV`);
      await page.reload();
      await ready(page);
      const kept = await page.evaluate(() => Number(document.querySelector('.counts').dataset.total));
      check(kept >= DUE, `${kept} scans are left after a reload`);
      return `${csv.length - 1} scans`;
    } finally {
      await filming.close();
    }
  });

  await test('rapid: cells of the CSV are never formulas', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const csv = await page.evaluate(async () => {
      const { Tally } = await import(new URL('tally.js', document.querySelector('script[type=module]').src).href);
      const tally = new Tally();
      tally.add({ text: '=HYPERLINK("http://evil.example")', at: '2026-11-22T09:00:00Z', kind: 'attention', words: '@x, "y"', facts: ['cannot-tell', 'not-a-label-link'] });
      return tally.csv().split('\r\n')[1];
    });
    equal(csv, `2026-11-22T09:00:00Z,"'@x, ""y""",,cannot-tell,not-a-label-link,"'=HYPERLINK(""http://evil.example"")"`, 'row');
    await context.close();
  });
}
