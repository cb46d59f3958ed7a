// Every state: in every language at 320 px, in light and dark by the axe engine, and as a picture to be looked at.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { open, ready } from '../lib/browser.mjs';
import { here, out, sources } from '../lib/places.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { ownLink } from '../lib/shelf.mjs';

const LANGUAGES = ['en', 'zh', 'ms', 'ta', 'fi', 'de', 'ko', 'ja'];

/** The states: how to get to each. */
function states({ server, shelf }) {
  const box = (start) => ownLink(shelf.boxes.find(({ name }) => name.startsWith(start)).link, server.origin);
  const typed = (text) => async (page) => {
    await page.goto(server.origin);
    await ready(page);
    await page.fill('.typed input', text);
    await page.press('.typed input', 'Enter');
    await page.waitForSelector('.card');
  };
  const opened = (url, market) => async (page) => {
    await page.goto(server.origin);
    await page.evaluate((code) => {
      const kept = JSON.parse(localStorage.getItem('verilabel') ?? '{}');
      localStorage.setItem('verilabel', JSON.stringify({ ...kept, market: code }));
    }, market);
    await page.goto(url);
    await ready(page);
    await page.locator('details').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
    if (await page.locator('details.expert').count()) await page.waitForSelector('.checks li');
  };
  const genuine = shelf.boxes.find(({ name }) => name.startsWith('03-')).link;
  return {
    scan: opened(`${server.origin}/`),
    genuine: opened(box('03-'), 'SG'),
    'genuine-pictured': async (page) => {
      await opened(box('03-'), 'SG')(page);
      await page.locator('.photo .button').click();
      await page.waitForSelector('.photo img');
    },
    'genuine-unasked': opened(box('16-')),
    recognised: opened(box('03-'), 'KR'),
    'recognised-by-law': opened(box('04-'), 'GB'),
    'application-only': opened(box('02-'), 'DE'),
    'cannot-be-told': opened(box('15-'), 'SG'),
    'foreign-host': typed(genuine.replace(/^https:\/\/[^/]*/, 'https://shop.example')),
    unit: opened(box('19-'), 'SG'),
    expired: opened(box('05-'), 'SG'),
    suspended: opened(box('06-'), 'SG'),
    withdrawn: opened(box('07-'), 'SG'),
    forged: opened(box('08-'), 'SG'),
    'unknown-issuer': opened(box('10-'), 'SG'),
    'beyond-entitlement': opened(box('11-'), 'SG'),
    'level-unknown': opened(box('13-'), 'SG'),
    psv: opened(box('18-'), 'SG'),
    else: typed('https://www.example.com/a/very/long/address?with=questions'),
    truncated: typed(genuine.slice(0, -9)),
    rapid: opened(`${server.origin}/#rapid`),
    map: opened(`${server.origin}/#map`),
    settings: opened(`${server.origin}/#settings`),
    'map-of-label': async (page) => {
      await opened(box('03-'), 'SG')(page);
      await page.locator('.card .actions .button').nth(1).click();
      await page.waitForSelector('.places li');
      await page.locator('.canvas [data-row]').first().focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector('.about-row .row');
    },
    trouble: async (page) => {
      await page.context().clearCookies();
      await page.route('**/pack.tar.gz', (route) => route.abort());
      await page.goto(server.origin);
      await page.evaluate(async () => {
        for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();
        indexedDB.deleteDatabase('verilabel');
      });
      await page.goto(box('03-'));
      await ready(page);
      await page.unroute('**/pack.tar.gz');
    },
  };
}

const inLanguage = (context, language, theme) => context.addInitScript(([name, look]) => {
  if (location.protocol === 'about:') return;
  const kept = JSON.parse(localStorage.getItem('verilabel') ?? '{}');
  localStorage.setItem('verilabel', JSON.stringify({ ...kept, language: name, theme: look }));
}, [language, theme]);

export async function stateTests(house) {
  const { browser, server } = house;
  const all = Object.entries(states(house));
  const axe = readFileSync(join(here, 'node_modules/axe-core/axe.min.js'), 'utf8');
  const folder = out();

  for (const theme of ['light', 'dark']) {
    await test(`states: the axe engine finds nothing, ${theme}`, async () => {
      // The engine is put into the page from outside, past the policy; nothing else is.
      const { context, page } = await open(browser, server.origin, { colorScheme: theme, deviceScaleFactor: 2, bypassCSP: true, reducedMotion: 'reduce' });
      const found = [];
      for (const [name, reach] of all) {
        await page.goto('about:blank');
        await reach(page);
        await page.screenshot({ path: join(folder, `${name}-${theme}.png`), fullPage: true });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
        for (const { id, nodes } of violations) found.push(`${name}: ${id}: ${nodes.slice(0, 2).map(({ html, any }) => `${html.slice(0, 140)} ${any[0]?.message ?? ''}`).join(' | ')}`);
      }
      equal(found.join('\n'), '', 'violations');
      await context.close();
      return `${all.length} states`;
    });
  }

  for (const language of LANGUAGES) {
    await test(`states: in ${language} nothing is missing, and nothing is wider than 320 px`, async () => {
      const keys = Object.keys(JSON.parse(readFileSync(join(sources, 'i18n/en.json'), 'utf8'))).filter((key) => !key.startsWith('register.'));
      const { context, page } = await open(browser, server.origin, { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' });
      await inLanguage(context, language);
      const slips = [];
      for (const [name, reach] of all) {
        await page.goto('about:blank');
        await reach(page);
        const state = await page.evaluate(looked, keys);
        if (state.width > 320) slips.push(`${name}: ${state.width} px wide: ${state.wide.join(' | ')}`);
        if (state.keys.length) slips.push(`${name}: shows ${state.keys}`);
        if (state.lang !== language) slips.push(`${name}: in ${state.lang}`);
        if (name === 'genuine' || name === 'scan') await page.screenshot({ path: join(folder, `${name}-${language}.png`), fullPage: true });
      }
      equal(slips.join('\n'), '', 'slips');
      await context.close();
    });
  }

  await test('states: targets have 24 px at least, at 200 % zoom nothing is cut off', async () => {
    const { context, page } = await open(browser, server.origin, { viewport: { width: 640, height: 512 }, deviceScaleFactor: 2, reducedMotion: 'reduce' });
    for (const [name, reach] of all) {
      await page.goto('about:blank');
      await reach(page);
      const small = await page.evaluate(() => [...document.querySelectorAll('button, a[href], select, input:not(.hidden), summary')]
        .map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
        .filter(([html, { width, height }]) => width && height && !html.includes('class="skip"') && (width < 24 || height < 24)).map(([html]) => html));
      equal(small.join('\n'), '', `small targets in ${name}`);
      check((await page.evaluate(() => document.documentElement.scrollWidth)) <= 640, `${name} is too wide`);
    }
    await context.close();
  });

  await test('states: the keyboard reaches everything, with a focus to be seen', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const seen = [];
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      seen.push(await page.evaluate(() => {
        const node = document.activeElement;
        const style = getComputedStyle(node.closest('.file') ?? node);
        return { name: node.tagName + (node.id ? `#${node.id}` : ''), outline: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none' };
      }));
    }
    equal(seen[0].name, 'A#skip', 'the first stop');
    for (const due of ['BUTTON', 'INPUT', 'A']) check(seen.some(({ name }) => name.startsWith(due)), `no ${due} is reached`);
    const dim = seen.filter(({ name, outline }) => !outline && !/BODY|#skip/.test(name));
    equal(dim.map(({ name }) => name).join(' '), '', 'without a visible focus');
    await page.locator('nav a').nth(3).focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('.about h1:focus');
    await context.close();
  });
}

function looked(keys) {
  const width = document.documentElement.scrollWidth;
  const text = document.body.innerText;
  const shown = keys.filter((key) => key.includes('.') && new RegExp(`(^|[\\s>])${key.replaceAll('.', '\\.')}($|[\\s<])`).test(text));
  const unresolved = text.match(/\{\w+\}|\b(?:verdict|code|note|reason|standing|mode|caveat|product|market|counts|check|mark)\.[a-z][a-z-]+\b/g) ?? [];
  const wide = width <= 320 ? [] : [...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > 321 && !node.closest('.canvas')).slice(0, 3).map((node) => node.outerHTML.slice(0, 100));
  return { width, wide, keys: [...shown, ...unresolved].join(' '), lang: document.documentElement.lang };
}
