/** The map of recognition: the verifier's drawing, to be tapped or walked by keyboard; and the same as a list. */

import { el, english, foreign, terms } from './dom.js';
import { date, marketName, registerWords, t } from './i18n.js';
import { arrangementWords, said, unlessInForce } from './recognition.js';
import { levelName, row, scheme } from './register.js';
import { counts, currentRegister, judge, registerNow } from './session.js';
import { drawing } from './trusted.js';
import start, { draw } from '../wasm/map.js';

await start({ module_or_path: new URL('../wasm/map_bg.wasm', import.meta.url) });

/**
 * @param {HTMLElement} main
 * @param {string | undefined} text the label to begin from, if there is one
 */
export function showMap(main, text) {
  const { label, standing } = (text === undefined ? undefined : judge(text).verdict) ?? {};
  const about = el('div', { class: 'about-row', role: 'status' }, el('p', { class: 'soft' }, t('map.tap')));
  main.replaceChildren(
    el('div', { class: 'map' },
      el('h1', { tabindex: '-1' }, t('map.title')),
      el('p', { class: 'lead' }, t('map.lead')),
      label && text !== undefined ? fromThisLabel(label, standing, text) : null,
      el('h2', {}, t('map.drawing')),
      el('div', { class: 'canvas', tabindex: '0', role: 'region', 'aria-label': t('map.drawing'), lang: 'en' }, drawn(about, label)),
      about,
      el('h2', {}, t('map.list')), everyArrangement()));
  return () => undefined;
}

/** @param {Label} label @param {Standing | undefined} standing @param {string} text */
function fromThisLabel(label, standing, text) {
  const rows = counts(text).map((counted) =>
    el('li', { 'data-outcome': counted.outcome },
      el('h3', {}, marketName(counted.market, counted.name)), ...said(label, counted)));
  return el('section', { class: 'part', 'aria-labelledby': 'from-label' },
    el('h2', { id: 'from-label' }, t('map.from', { level: levelName(label.scheme, label.level) })),
    unlessInForce(standing),
    el('ul', { class: 'places' }, ...rows));
}

/** @param {HTMLElement} about @param {Label | undefined} label */
function drawn(about, label) {
  const register = registerNow();
  if (!register) return null;
  const svg = drawing(draw(...register));
  svg.setAttribute('role', 'group');
  for (const group of svg.querySelectorAll('[data-scheme], [data-row]')) {
    const title = group.querySelector('title')?.textContent ?? '';
    // What is seen begins the name, so that it can be spoken (WCAG 2.5.3).
    const seen = [...group.querySelectorAll('text')].map((text) => text.textContent?.trim()).join(' ');
    const show = () => about.replaceChildren(...aboutOne(group));
    group.setAttribute('tabindex', '0');
    group.setAttribute('role', 'button');
    group.setAttribute('aria-label', `${seen}; ${title}`);
    group.addEventListener('click', show);
    group.addEventListener('keydown', (event) => {
      const { key } = /** @type {KeyboardEvent} */ (event);
      if (key !== 'Enter' && key !== ' ') return;
      event.preventDefault();
      show();
    });
    const own = label && (group.getAttribute('data-scheme') === label.scheme || rowOf(group)?.row.from.scheme === label.scheme);
    if (own) group.classList.add('own');
  }
  return svg;
}

/** @param {Element} group */
function rowOf(group) {
  return row(group.getAttribute('data-row')?.split('/')[1]);
}

/** @param {Element} group @returns {HTMLElement[]} */
function aboutOne(group) {
  const found = rowOf(group);
  if (found) return [aboutRow(found.arrangement.id, found.row)];
  const known = scheme(group.getAttribute('data-scheme') ?? '');
  if (!known) return [];
  const levels = known.levels.map(({ name, meaning }) => el('li', {}, name ? el('strong', {}, `${name}: `) : null, registerWords(meaning)));
  return [el('h3', {}, foreign(known.name)), el('p', { class: 'soft' }, english(known.owner)), el('ul', {}, ...levels)];
}

/** @param {string} id @param {Row} one */
function aboutRow(id, one) {
  const { levels } = one.from;
  const from = levels === null ? [scheme(one.from.scheme)?.short ?? one.from.scheme]
    : 'at_least' in levels ? [t('map.at-least', { level: levelName(one.from.scheme, levels.at_least) })]
      : levels.only.map((level) => levelName(one.from.scheme, level));
  const to = levelName(one.to.scheme, one.to.level);
  const mode = one.mode === 'deemed-compliant' && one.effect.basis === 'law' ? 'by-law' : one.mode;
  return el('div', { class: 'row', 'data-row': one.id },
    el('p', { class: 'strong' }, foreign(from.join(', ')), ' → ', foreign(to)),
    el('p', {}, one.mode ? t(`mode.${mode}`, { level: to, owner: scheme(one.to.scheme)?.owner ?? '' }) : t('reason.level-mapping-unpublished')),
    terms([
      [t('map.arrangement'), el('span', {}, arrangementWords(id, one.effect))],
      [t('map.certainty'), el('span', {}, t(`certainty.${one.certainty}`))],
      [t('map.scope'), one.scope.text ? english(one.scope.text) : null],
      [t('map.conditions'), one.conditions.length ? el('span', {}, ...one.conditions.flatMap((words) => [registerWords(words), '. '])) : null],
    ]));
}

function everyArrangement() {
  const register = currentRegister();
  return el('div', { class: 'arrangements' }, ...(register?.arrangements ?? []).map((arrangement) =>
    el('details', {},
      el('summary', {}, el('span', {}, [...new Set(arrangement.rows.map(({ from }) => scheme(from.scheme)?.short))].join(' – ')), ' ',
        el('span', { class: 'soft' }, arrangement.dates.signed ? date(arrangement.dates.signed) : '')),
      ...arrangement.rows.map((one) => aboutRow(arrangement.id, one)))));
}
