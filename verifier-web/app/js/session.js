/**
 * The verifier and the trust pack in use. No check is made here: bytes, time and question go in, what comes back is
 * handed on.
 *
 * **Invariant:** what the verifier remembers is kept before the pack that it came from is used, and the two are kept
 * in one transaction.
 */

import init, { Verifier } from '../wasm/verify.js';
import { keep, readKept } from './keep.js';
import { market } from './preferences.js';

/**
 * @typedef {{verdict: Verdict, trouble?: undefined} | {verdict?: undefined, trouble: string}} Judged
 */

/** @type {Verifier | undefined} */
let verifier;
/** @type {Register | undefined} */
let register;
/** Troubles that a person should know of, by code, until they are over. @type {Set<string>} */
const troubles = new Set();
/** @type {Set<() => void>} */
const listeners = new Set();
/** The etag of the pack in use: another tab may have brought a newer one. @type {string | undefined} */
let inUse;
/** Whether this device keeps anything for this page. */
let keeping = true;

/** The time that is judged for. */
export function now() {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/**
 * Calls when the pack in use, or what is wrong with it, changed.
 * @param {() => void} listener
 */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed() {
  for (const listener of listeners) listener();
}

/** @param {string} code @param {boolean} is */
function trouble(code, is) {
  if (is) troubles.add(code);
  else troubles.delete(code);
}

export function currentTroubles() {
  return [...troubles];
}

/** What is wrong with a refusal: its code. @param {unknown} error */
export function codeOf(error) {
  return error instanceof Error ? error.name : 'unknown';
}

/** @type {Promise<void> | undefined} */
let makingReady;
let opened = false;

/**
 * Makes ready to judge, once: by what was kept, else by what the server has. Resolves also where no pack could be
 * had; then {@link currentTroubles} says why.
 */
export function open() {
  makingReady ??= makeReady().then(() => { opened = true; });
  return makingReady;
}

/** Whether whoever judges now need not wait. */
export function isOpen() {
  return opened;
}

async function makeReady() {
  const module = new URL('../wasm/verify_bg.wasm', import.meta.url);
  if (typeof WebAssembly !== 'object') return trouble('no-wasm', true);
  const started = init({ module_or_path: module }).then(() => true, () => false);
  const kept = await readKept().catch(() => {
    keeping = false;
    trouble('no-storage', true);
    return /** @type {import('./keep.js').Kept} */ ({});
  });
  const first = kept.root && kept.pack ? undefined : Promise.allSettled([fetchRoot(), fetchPack()]);
  if (!(await started)) return trouble('no-wasm', true);
  useKept(kept);
  if (!verifier) await update(first);
  judgeClock();
  changed();
}

/** @param {import('./keep.js').Kept} kept */
function useKept({ root, memory, pack, etag }) {
  if (!root || !pack) return;
  try {
    const next = new Verifier(root, memory);
    next.accept(pack, now(), false);
    takeIntoUse(next, etag);
  } catch (error) {
    trouble(codeOf(error), true);
  }
}

/** @param {Verifier} next @param {string | undefined} etag */
function takeIntoUse(next, etag) {
  inUse = etag;
  register = JSON.parse(next.register());
  verifier?.free();
  verifier = next;
}

async function fetchRoot() {
  const response = await fetch('/root.json');
  if (!response.ok) throw new Error('no root');
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {string} [etag] */
async function fetchPack(etag) {
  // The browser's own cache has no say: the etag is that of the bytes that were kept.
  const response = await fetch('/pack.tar.gz', etag ? { headers: { 'If-None-Match': etag }, cache: 'no-store' } : {});
  compareClocks(response.headers.get('date'));
  if (response.status === 304) return undefined;
  if (!response.ok) throw new Error('no pack');
  return { pack: new Uint8Array(await response.arrayBuffer()), etag: response.headers.get('etag') ?? '' };
}

const DAY = 86400000;

/** @param {string | null} served the server's date, where it gives one */
function compareClocks(served) {
  if (served) trouble('clock', Math.abs(Date.parse(served) - Date.now()) > 2 * DAY);
}

/** The verifier says where the pack was made later than now: without asking anybody, the clock is behind. */
function judgeClock() {
  if (packInfo()?.warnings.some(({ code }) => code === 'clock-behind')) trouble('clock', true);
}

/**
 * Takes the server's pack into use, if it is good and newer. The one in use stays otherwise. Tabs take turns.
 * @param {Promise<PromiseSettledResult<any>[]>} [started] root and pack, where they are on their way
 * @param {boolean} [anew] whether root and memory are those of a first visit
 * @returns {Promise<'new' | 'same' | 'failed'>}
 */
export async function update(started, anew) {
  const turn = navigator.locks
    ? navigator.locks.request('verilabel-pack', () => replace(started, anew))
    : replace(started, anew);
  const outcome = await turn.catch((error) => {
    trouble(error instanceof TypeError || error.message === 'no pack' ? 'pack-unreachable' : codeOf(error), true);
    return /** @type {const} */ ('failed');
  });
  // Whoever has a good pack is not troubled by a server out of reach: its age is shown.
  if (verifier) for (const code of ['pack-unreachable', 'no-pack']) trouble(code, false);
  else if (!troubles.size) trouble('no-pack', true);
  judgeClock();
  changed();
  return outcome;
}

/** @param {Promise<PromiseSettledResult<any>[]>} [started] @param {boolean} [anew] */
async function replace(started, anew) {
  const kept = keeping && !anew ? await readKept() : {};
  const [rootCame, packCame] = (await started) ?? [];
  const root = kept.root ?? (rootCame?.status === 'fulfilled' ? rootCame.value : await fetchRoot());
  const came = packCame?.status === 'fulfilled' ? packCame.value : await fetchPack(inUse && kept.etag);
  if (!came) {
    if (kept.etag === inUse) return /** @type {const} */ ('same');
    useKept(kept);
    return /** @type {const} */ ('new');
  }
  const next = new Verifier(root, anew ? undefined : kept.memory ?? verifier?.memory());
  accept(next, came.pack);
  if (keeping) await keepOrSay({ root, memory: next.memory(), pack: came.pack, etag: came.etag });
  for (const code of troubles) if (code.startsWith('pack-') || code === 'no-pack') trouble(code, false);
  takeIntoUse(next, came.etag);
  return /** @type {const} */ ('new');
}

/**
 * A pack past its expiry is the best there is where nobody has a newer one: verdicts say how old it is.
 * @param {Verifier} next
 * @param {Uint8Array} pack
 */
function accept(next, pack) {
  try {
    next.accept(pack, now(), true);
  } catch (error) {
    if (codeOf(error) !== 'pack-expired') throw error;
    next.accept(pack, now(), false);
  }
}

/** @param {import('./keep.js').Kept} kept */
async function keepOrSay(kept) {
  try {
    await keep(kept);
  } catch {
    keeping = false;
    trouble('no-storage', true);
  }
}

/**
 * Begins anew with what the server has, without protection from older packs: only where a person asks for it. Where
 * that fails, what was kept stays.
 */
export function startAnew() {
  troubles.clear();
  return update(undefined, true);
}

/**
 * Judges a text for this moment, and for the market that was chosen.
 * @param {string} text
 * @returns {Judged}
 */
export function judge(text) {
  if (!verifier) return { trouble: currentTroubles()[0] ?? 'no-pack' };
  const asked = market();
  try {
    return { verdict: JSON.parse(verifier.judge(text, JSON.stringify(asked ? { market: asked } : {}), now())) };
  } catch (error) {
    return { trouble: codeOf(error) };
  }
}

/** @returns {Register | undefined} */
export function currentRegister() {
  return register;
}

/** @returns {PackInfo | undefined} */
export function packInfo() {
  return verifier && JSON.parse(verifier.pack(now()));
}

/**
 * Where a label counts today, market by market.
 * @param {string} text
 * @returns {MarketCount[]}
 */
export function counts(text) {
  if (!verifier) return [];
  try {
    return JSON.parse(verifier.counts(text, now()));
  } catch {
    return [];
  }
}

/**
 * Where the picture is of the product that a label is for, if the pack names one.
 * @param {string} text
 */
export function pictureOf(text) {
  try {
    return verifier?.picture(text, now()) ?? '';
  } catch {
    return '';
  }
}

/** The pictures of all products. */
export function allPictures() {
  return verifier?.pictures().trimEnd().split('\n') ?? [];
}

/**
 * The register's text and the time, for drawing it; nothing without a pack.
 * @returns {[string, string] | undefined}
 */
export function registerNow() {
  return verifier && [verifier.register(), now()];
}
