// Speed, size and memory of the page in Chromium: node bench.mjs [NAME…]
//
// One JSON object a line: name, value, unit, against, ratio, goal. The environment is that of run.mjs.

import { join } from 'node:path';

import { launch, offlineReady, open, ready, until } from './lib/browser.mjs';
import { scratch } from './lib/places.mjs';
import { publication, serve } from './lib/server.mjs';
import { makeShelf, ownLink, readLinks } from './lib/shelf.mjs';
import { fakeCamera, film } from './lib/video.mjs';

const asked = process.argv.slice(2);
const wanted = (...names) => !asked.length || names.some((name) => asked.includes(name));
const say = (name, value, unit, against, goal) => {
  if (wanted(name)) console.log(JSON.stringify({ name, value: Math.round(value * 10) / 10, unit, against, ratio: null, goal }));
};
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** 1.6 Mbit/s down, 150 ms: as Lighthouse's slow 4G. */
const SLOW = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const VERDICT = () => performance.getEntriesByName('verdict')[0]?.startTime;

async function throttled(page, { network, cpu }) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  if (network) await session.send('Network.emulateNetworkConditions', network);
  if (cpu) await session.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  return session;
}

const shelf = makeShelf();
const folder = publication(shelf.pack, shelf.root);
let server = await serve(folder);
const browser = await launch();
try {
  const setup = await open(browser, server.origin);
  const { link, path } = { ...shelf.boxes[0] };
  await readLinks(setup.page, server.origin, shelf.boxes);
  const own = ownLink(shelf.boxes[0].link ?? link, server.origin);
  await setup.context.close();

  if (wanted('web-first-transfer', 'web-first-verdict')) await firstVisit(own);
  if (wanted('web-judge')) await judging(own);
  if (wanted('web-memory')) await memory(own);
  if (wanted('web-frames')) await frames(path);
  if (wanted('web-offline-verdict')) await offline(own);
} finally {
  await browser.close();
  await server.stop();
}
process.exit(0);

/** A first visit by a link: what is transferred until the verdict stands, and how long that takes. */
async function firstVisit(own) {
  const times = [];
  let transferred = 0;
  for (let round = 0; round < 5; round += 1) {
    const { context, page } = await open(browser, server.origin);
    const session = await throttled(page, { network: SLOW, cpu: 4 });
    let bytes = 0;
    session.on('Network.dataReceived', ({ encodedDataLength }) => { bytes += encodedDataLength; });
    session.on('Network.responseReceived', ({ response }) => { bytes += response.encodedDataLength; });
    await page.goto(own, { waitUntil: 'commit' });
    await page.waitForSelector('.card', { timeout: 60000 });
    transferred = Math.max(transferred, bytes);
    times.push(await page.evaluate(VERDICT));
    await context.close();
  }
  say('web-first-transfer', transferred / 1000, 'kB', 'a first visit by a link, headers and the pack of the shelf included, up to the verdict', '<= 250');
  say('web-first-verdict', median(times), 'ms', '1.6 Mbit/s, 150 ms, processor slowed 4 times; plain HTTP/1.1; median of 5', '<= 2000');
}

/** The second visit, with the server gone. */
async function offline(own) {
  const times = [];
  const { context, page } = await open(browser, server.origin);
  await page.goto(own);
  await ready(page);
  await offlineReady(page);
  await server.stop();
  for (let round = 0; round < 7; round += 1) {
    const next = await context.newPage();
    await throttled(next, { cpu: 4 });
    await next.goto(own, { waitUntil: 'commit' });
    await next.waitForSelector('.card', { timeout: 60000 });
    times.push(await next.evaluate(VERDICT));
    await next.close();
  }
  await context.close();
  server = await serve(folder);
  say('web-offline-verdict', median(times), 'ms', 'a second visit without a network, processor slowed 4 times; median of 7', '<= 600');
}

/** Judging alone: link to verdict, JSON there and back included. */
async function judging(own) {
  const { context, page } = await open(browser, server.origin);
  await page.goto(own);
  await ready(page);
  await throttled(page, { cpu: 4 });
  const times = await page.evaluate(async (text) => {
    const { judge } = await import(document.querySelector('script[type=module]').src);
    const taken = [];
    for (let round = 0; round < 60; round += 1) {
      const began = performance.now();
      judge(text);
      taken.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return taken.slice(10);
  }, own);
  say('web-judge', median(times), 'ms', 'one label, processor slowed 4 times; median of 50', '<= 30');
  await context.close();
}

/** Growth over 500 cards, after the collector ran: what JavaScript holds, and the verifier's own memory. */
async function memory(own) {
  const { context, page } = await open(browser, server.origin);
  await page.goto(own);
  await ready(page);
  const session = await context.newCDPSession(page);
  const links = shelf.boxes.map((box) => box.link);
  const show = (count) => page.evaluate(async ([texts, times]) => {
    const base = document.querySelector('script[type=module]').src;
    const { showCard } = await import(base);
    const { Tally, factsOf } = await import(new URL('tally.js', base).href);
    globalThis.tally ??= new Tally();
    for (let at = 0; at < times; at += 1) {
      const text = texts[at % texts.length];
      const verdict = showCard(document.querySelector('main'), text, () => undefined);
      globalThis.tally.add({ text, at: '', kind: 'good', tone: 'good', icon: 'good', words: '', code: '', facts: factsOf(verdict), name: '' });
      if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
  }, [links, count]);
  const held = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const wasm = await page.evaluate(async () => {
      const { default: init } = await import(new URL('../wasm/verify.js', document.querySelector('script[type=module]').src).href);
      return (await init()).memory.buffer.byteLength;
    });
    return { heap: usedSize, wasm };
  };
  await show(100);
  const before = await held();
  await show(500);
  const after = await held();
  say('web-memory', (after.heap - before.heap + after.wasm - before.wasm) / 2 ** 20, 'MiB',
    `growth over 500 scans; ${Math.round((after.heap + after.wasm) / 2 ** 20)} MiB held afterwards`, '<= 2');
  await context.close();
}

/** Frames of a film of a box that rapid mode looks at in a second, at 720p, without slow-down. */
async function frames(picture) {
  const { context, page: drawing } = await open(browser, server.origin);
  const film720 = await film(drawing, [picture], join(scratch, 'bench.mjpeg'), { frames: 24 });
  await context.close();
  const filming = await launch({ args: fakeCamera(film720) });
  try {
    const { page } = await open(filming, server.origin, { permissions: ['camera'] });
    await page.goto(`${server.origin}/#rapid`);
    await ready(page);
    await page.click('.start');
    const count = () => page.evaluate(() => Number(document.querySelector('.stage video').dataset.frames ?? 0));
    await until(page, () => Number(document.querySelector('.stage video').dataset.frames ?? 0) > 5);
    const [began, before] = [performance.now(), await count()];
    await page.waitForTimeout(6000);
    const seconds = (performance.now() - began) / 1000;
    say('web-frames', ((await count()) - before) / seconds, '/s', '720p, our own reader, each frame with a code read and judged', '>= 10');
  } finally {
    await filming.close();
  }
}
