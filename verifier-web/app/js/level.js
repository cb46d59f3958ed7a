/** The level of a label, in the way of its scheme: as stars, or in words. */

import { el, foreign } from './dom.js';
import { registerWords, t } from './i18n.js';
import { icon } from './icons.js';
import { scheme } from './register.js';

/** @param {Verdict} verdict */
export function levelSection(verdict) {
  const { label, level } = verdict;
  const known = label && scheme(label.scheme);
  const rung = known?.levels.find((one) => one.number === label?.level);
  if (!label || !known || !rung || level?.code !== 'level-stated') return null;
  return el(
    'section',
    { class: 'part level', 'aria-labelledby': 'level' },
    el('h2', { id: 'level' }, foreign(known.short)),
    grade(known, rung),
    el('p', { class: 'meaning' }, registerWords(rung.meaning)),
    el('p', { class: 'soft' }, foreign(known.name)),
  );
}

/** @param {Scheme} known @param {Level} rung */
function grade(known, rung) {
  const count = known.levels.length;
  if (count < 2) return null;
  const name = el('strong', {}, rung.name ?? '');
  const place = t('level.of', { level: rung.number, count });
  if (!known.levels.every((level) => /[\d★]/.test(level.name ?? ''))) {
    return el('p', { class: 'grade' }, name, el('span', { class: 'soft' }, place));
  }
  const stars = el('span', { class: 'stars', 'aria-hidden': 'true' });
  for (const { number } of known.levels) stars.append(icon('star', number <= rung.number ? 'full' : 'empty'));
  return el('p', { class: 'grade' }, stars, el('span', {}, place));
}
