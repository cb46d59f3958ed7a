// Chromium as it is, and what every page in it is watched for.

import { existsSync } from 'node:fs';

// Requests of service workers count, too.
process.env.PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS = '1';
const { chromium } = await import('playwright-core');

const EXECUTABLE = process.env.VERILABEL_CHROMIUM ?? '/usr/bin/chromium';

export async function launch({ args = [], ...options } = {}) {
  if (!existsSync(EXECUTABLE)) throw new Error(`no Chromium at ${EXECUTABLE}`);
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: EXECUTABLE, args: [...root, '--disable-dev-shm-usage', ...args], ...options });
}

/** Requests to other origins, errors and refused policies, of all pages that were opened by `open`. */
export const misdeeds = [];

/**
 * A page in a context of its own: nothing is kept from others. No browser reader of codes, so that ours is tried.
 */
export async function open(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en', ...options });
  await context.addInitScript(() => { delete globalThis.BarcodeDetector; });
  context.on('request', (request) => {
    const url = new URL(request.url());
    const own = ['blob:', 'data:', 'about:'].includes(url.protocol) || url.origin === origin;
    if (!own) misdeeds.push(`request to ${url.origin}`);
    if (/\/01\/|#1\d{20}/.test(request.url()) && !request.isNavigationRequest()) misdeeds.push(`a request tells what was scanned: ${request.url()}`);
  });
  context.on('weberror', (error) => misdeeds.push(`error: ${error.error().stack}`));
  context.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text())) misdeeds.push(message.text());
  });
  const page = await context.newPage();
  return { context, page };
}

/** Waits until the page has judged whatever it can. */
export const ready = (page) => page.waitForSelector('html[data-ready] body[data-shown]', { state: 'attached', timeout: 20000 });

/** Waits until everything is kept for offline. */
export const offlineReady = (page) => page.waitForSelector('html[data-offline=ready]', { state: 'attached', timeout: 30000 });

/** What the page concluded, by its attributes and by its colours. */
export async function verdict(page) {
  await page.waitForSelector('main .card', { timeout: 20000 });
  return page.evaluate(() => {
    const card = document.querySelector('main .card');
    const seal = card.querySelector('.seal');
    const green = (text) => {
      const [r, g, b] = text.match(/[\d.]+/g).map(Number);
      return g > r + 12 && g > b + 12;
    };
    const colours = [getComputedStyle(seal).backgroundColor, getComputedStyle(card.querySelector('.verdict')).backgroundColor, getComputedStyle(card.querySelector('h1')).color];
    return { ...card.dataset, title: card.querySelector('h1').textContent, green: colours.some(green), why: card.querySelector('.why').textContent };
  });
}

/** Waits until a function of the page gives something; the page's policy forbids the driver's own way of waiting. */
export async function until(page, claim, argument, { timeout = 20000, what = String(claim) } = {}) {
  for (const end = Date.now() + timeout; Date.now() < end; ) {
    if (await page.evaluate(claim, argument)) return;
    await page.waitForTimeout(60);
  }
  throw new Error(`in vain waited for ${what}`);
}
