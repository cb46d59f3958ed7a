/**
 * Keeps the files of this version of the page, and serves them without a network. Trust data passes by: the page
 * keeps that itself, after the verifier accepted it.
 *
 * The version before is kept too, for pages that are still open with it.
 */

const FILES = '/app/VERSION/files.json';
const CACHE = `page ${FILES}`;
const SHELL = '/';

/** Fetched when somebody needs them, or once the page is idle: the decoder, and all languages but one. */
const LATER = /\/wasm\/read|\/i18n\//;

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener('install', (event) => event.waitUntil(keepCore()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const answer = answerFor(event.request);
  if (answer) event.respondWith(answer);
});
worker.addEventListener('message', (event) => {
  if (event.data?.kind === 'keep-the-rest') event.waitUntil(keepTheRest(event));
});

async function keepCore() {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL, '/manifest.webmanifest', FILES, ...(await files()).filter((path) => !LATER.test(path))]);
  await worker.skipWaiting();
}

async function activate() {
  const ours = (await caches.keys()).filter((name) => name.startsWith('page '));
  const old = ours.filter((name) => name !== CACHE).slice(0, -1);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** @returns {Promise<string[]>} the files below /app/ */
async function files() {
  const response = (await caches.match(FILES)) ?? (await fetch(FILES));
  /** @type {Array<{path: string}>} */
  const list = await response.json();
  return list.map(({ path }) => path).filter((path) => path.startsWith('/app/') && path !== FILES);
}

/** @param {ExtendableMessageEvent} event */
async function keepTheRest(event) {
  const cache = await caches.open(CACHE);
  const chosen = `/i18n/${event.data.language}.json`;
  const list = (await files()).sort((a, b) => Number(b.endsWith(chosen)) - Number(a.endsWith(chosen)));
  for (const path of list) {
    if (!(await cache.match(path))) await cache.add(path);
  }
  event.source?.postMessage({ kind: 'kept' });
}

/**
 * @param {Request} request
 * @returns {Promise<Response> | undefined}
 */
function answerFor(request) {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return undefined;
  if (request.mode === 'navigate') return isPage(pathname) ? kept(SHELL, request) : undefined;
  return pathname.startsWith('/app/') || pathname === '/manifest.webmanifest' ? kept(pathname, request) : undefined;
}

/** The page and every label link; not the files of a publication. @param {string} pathname */
function isPage(pathname) {
  return pathname === '/' || /^\/01\/\d/.test(pathname);
}

/**
 * @param {string} path
 * @param {Request} request
 */
async function kept(path, request) {
  const newest = await (await caches.open(CACHE)).match(path);
  return newest ?? (await caches.match(path)) ?? fetch(request);
}
