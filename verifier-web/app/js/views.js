/** Which view stands for which address, and the way between them. Only the first that is shown is loaded at once. */

import { showCard } from './card.js';
import { el, stylesheet } from './dom.js';
import { t } from './i18n.js';
import { icon } from './icons.js';

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
let changeLanguage = () => undefined;

/** @param {(language: string) => void} change */
export function begin(change) {
  changeLanguage = change;
  window.addEventListener('popstate', () => show());
  window.addEventListener('hashchange', () => show());
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
  current = { view, text };
  document.body.dataset.view = view;
  navigation();
  leave = await draw(view, text);
  if (view !== 'card') {
    document.title = `${main.querySelector('h1')?.textContent ?? ''} · Verilabel`;
    if (kept) /** @type {HTMLElement | null} */ (main.querySelector('h1'))?.focus();
  }
  document.body.dataset.shown = view;
}

/** @param {View} view @param {string | undefined} text @returns {Promise<() => void>} */
async function draw(view, text) {
  switch (view) {
    case 'card':
      showCard(main, text ?? '', go);
      return () => undefined;
    case 'rapid':
      await Promise.all([stylesheet('scan'), stylesheet('rapid')]);
      return (await import('./rapid.js')).showRapid(main);
    case 'map':
      await stylesheet('map');
      return (await import('./map.js')).showMap(main, text);
    case 'settings':
      return (await import('./about.js')).showAbout(main, changeLanguage);
    default:
      await stylesheet('scan');
      return (await import('./scan.js')).showScan(main, go);
  }
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
