/** Which view stands for which address, and the way between them. Only the first that is shown is loaded at once. */

import { showCard } from './card.js';
import { el, stylesheet } from './dom.js';
import { t } from './i18n.js';
import { icon } from './icons.js';
import { currentTroubles, isOpen, open } from './session.js';
import { troubleCard } from './troubles.js';

/** @typedef {'scan' | 'card' | 'rapid' | 'map' | 'settings'} View */
/** @typedef {(view: View, text?: string) => void} Go */

/** @type {Record<string, [View, import('./icons.js').Icon]>} by fragment of the start page */
const TABS = { '': ['scan', 'scan'], '#rapid': ['rapid', 'rapid'], '#map': ['map', 'map'], '#settings': ['settings', 'settings'] };

const main = /** @type {HTMLElement} */ (document.querySelector('main'));
/** @type {() => void} */
let leave = () => undefined;
/** @type {{view: View, text?: string}} */
let current = { view: 'scan' };
/** @type {(language: string) => void} */
let languageChosen = () => undefined;

/** @param {(language: string) => void} change */
export function begin(change) {
  languageChosen = change;
  window.addEventListener('popstate', () => show());
  return show();
}

/**
 * Goes to a view. What was scanned stays in the history of this tab and never becomes part of an address.
 * @type {Go}
 */
export function go(view, text) {
  const fragment = Object.entries(TABS).find(([, [name]]) => name === view)?.[0] ?? '';
  history.pushState({ view, text }, '', `/${fragment}`);
  show();
}

/** Shows what the address and the history say. A label link is judged at once. */
export async function show() {
  const linked = location.pathname.length > 1;
  const kept = /** @type {{view?: View, text?: string} | null} */ (history.state);
  const view = kept?.view ?? (linked ? 'card' : (TABS[location.hash]?.[0] ?? 'scan'));
  const text = kept?.text ?? (linked && view === 'card' ? location.href : undefined);
  leave();
  leave = () => undefined;
  const turn = { view, text };
  current = turn;
  delete document.body.dataset.shown;
  document.body.dataset.view = view;
  navigation();
  let ended = leave;
  try {
    ended = await draw(view, text, () => current === turn);
  } catch {
    const code = currentTroubles().includes('no-wasm') ? 'no-wasm' : 'pack-unreachable';
    // Few browsers ask again for a module that could not be had, unless the page is loaded again: where it can be.
    if (current === turn) main.replaceChildren(troubleCard(code, () => fetch('/').then(() => location.reload(), () => undefined)));
  }
  if (current !== turn) return ended();
  leave = ended;
  if (view !== 'card') {
    document.title = `${main.querySelector('h1')?.textContent ?? ''} · Verilabel`;
    if (kept) /** @type {HTMLElement | null} */ (main.querySelector('h1'))?.focus();
  }
  document.body.dataset.shown = view;
}

/**
 * Fetches what a view needs, and shows it unless somebody went elsewhere meanwhile. Gives what ends it.
 * @param {View} view
 * @param {string | undefined} text
 * @param {() => boolean} wanted
 * @returns {Promise<() => void>}
 */
async function draw(view, text, wanted) {
  const nothing = () => undefined;
  // Scanning may begin before the verifier is there; nothing is said of a label until it is.
  if (['card', 'rapid', 'map'].includes(view) && !isOpen()) {
    main.replaceChildren(el('p', { class: 'wait', role: 'status' }, t('wait')));
    await open();
    if (!wanted()) return nothing;
  }
  if (view === 'card') {
    showCard(main, text ?? '', go);
    return nothing;
  }
  if (view === 'rapid') {
    const [{ showRapid }] = await Promise.all([import('./rapid.js'), stylesheet('scan'), stylesheet('rapid')]);
    return wanted() ? showRapid(main) : nothing;
  }
  if (view === 'map') {
    const [{ showMap }] = await Promise.all([import('./map.js'), stylesheet('map')]);
    return wanted() ? showMap(main, text) : nothing;
  }
  if (view === 'settings') {
    const { showAbout } = await import('./about.js');
    return wanted() ? showAbout(main, languageChosen) : nothing;
  }
  const [{ showScan }] = await Promise.all([import('./scan.js'), stylesheet('scan')]);
  return wanted() ? showScan(main, go) : nothing;
}

/** The card again, where the pack in use changed beneath it. */
export function refresh() {
  if (current.view === 'card') showCard(main, current.text ?? '', go);
}

export function navigation() {
  const nav = document.querySelector('nav');
  if (!nav) return;
  nav.setAttribute('aria-label', t('nav.label'));
  nav.replaceChildren(...Object.entries(TABS).map(([fragment, [view, picture]]) => {
    const here = current.view === view;
    return el('a', { href: `/${fragment}`, 'aria-current': here ? 'page' : undefined, onclick: (/** @type {MouseEvent} */ event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(view, view === 'map' ? current.text : undefined);
    } }, icon(picture), el('span', {}, t(`nav.${view}`)));
  }));
}
