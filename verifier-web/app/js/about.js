/** Settings, and what this page knows: language, market, theme, the pack's age, and what to do when it is too old. */

import { announce } from './announce.js';
import { button, choice, el, english, foreign, terms } from './dom.js';
import { LANGUAGES, ago, currentLanguage, dateTime, t } from './i18n.js';
import { preferences, prefer } from './preferences.js';
import { marketChoice } from './recognition.js';
import { packInfo, startAnew, update } from './session.js';

/**
 * @param {HTMLElement} main
 * @param {(language: string) => void} changeLanguage
 */
export function showAbout(main, changeLanguage) {
  const draw = () => main.replaceChildren(
    el('div', { class: 'about' },
      el('h1', { tabindex: '-1' }, t('about.title')),
      el('section', { class: 'part' }, language(changeLanguage), marketChoice(() => undefined), theme()),
      el('section', { class: 'part', 'aria-labelledby': 'pack' }, el('h2', { id: 'pack' }, t('about.pack')), ...pack(draw)),
      el('section', { class: 'part', 'aria-labelledby': 'about' },
        el('h2', { id: 'about' }, t('about.about')),
        el('p', {}, t('about.what')), el('p', {}, t('scan.privacy')), el('p', {}, t('card.limits')))));
  draw();
  return () => undefined;
}

/** @param {(language: string) => void} change */
function language(change) {
  /** @type {Array<[string, string, string]>} */
  const options = Object.entries(LANGUAGES).map(([code, name]) => [code, name, code]);
  return choice(t('about.language'), options, currentLanguage(), change);
}

function theme() {
  /** @type {Array<[string, string]>} */
  const options = ['', 'light', 'dark'].map((name) => [name, t(`theme.${name || 'system'}`)]);
  return choice(t('about.theme'), options, preferences().theme ?? '', (value) => prefer({ theme: value }));
}

/** @param {() => void} redraw @returns {Array<HTMLElement>} */
function pack(redraw) {
  const info = packInfo();
  // Whoever went elsewhere meanwhile stays there.
  const act = (/** @type {() => Promise<any>} */ action) => async () => {
    const outcome = await action();
    if (!buttons.isConnected) return;
    redraw();
    announce(t(outcome === 'failed' ? 'about.failed' : outcome === 'new' ? 'about.updated' : 'about.newest'));
  };
  const buttons = el('div', { class: 'actions' }, button(t('about.update'), act(update), 'primary'), button(t('trouble.anew'), act(startAnew)));
  if (!info) return [el('p', {}, t('code.pack-unreachable')), buttons];
  const expired = Date.parse(info.expires) < Date.now();
  return [
    el('p', {}, t('about.pack-is')),
    terms([
      [t('about.made'), info.made ? el('span', {}, `${dateTime(info.made)} (${ago(info.age_seconds ?? 0)})`) : null],
      [t('about.good-until'), el('span', {}, dateTime(info.expires))],
      [t('about.version'), el('span', {}, String(info.version))],
    ]),
    expired ? el('p', { class: 'note' }, t('code.pack-expired')) : el('p', { class: 'soft' }, t('about.offline')),
    buttons,
    el('details', {}, el('summary', {}, t('about.issuers')),
      el('ul', {}, ...info.issuers.map(({ name, notice }) => el('li', {}, foreign(name), notice ? el('p', { class: 'soft' }, english(notice)) : null)))),
  ];
}
