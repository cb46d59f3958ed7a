/** What a label counts as where the shopper is: the outcome, the arrangement, its dates, conditions and doubts. */

import { choice, el, foreign } from './dom.js';
import { date, has, marketName, registerWords, t } from './i18n.js';
import { preferences, prefer } from './preferences.js';
import { categoryName, levelName, marketOf, row, scheme } from './register.js';
import { currentRegister } from './session.js';

/**
 * @param {Verdict} verdict
 * @param {() => void} rejudge
 */
export function recognitionSection(verdict, rejudge) {
  const { label, recognition, standing } = verdict;
  if (!label) return null;
  const place = recognition && marketName(recognition.market, marketOf(recognition.market)?.name ?? recognition.market);
  return el(
    'section',
    { class: 'part recognition', 'aria-labelledby': 'recognition', 'data-outcome': recognition?.outcome },
    el('h2', { id: 'recognition' }, place ? t('market.in', { market: place }) : t('market.ask')),
    recognition && unlessInForce(standing),
    ...(recognition ? said(label, recognition) : []),
    marketChoice(rejudge),
  );
}

/**
 * Asked once, kept on this device, never guessed from an address.
 * @param {() => void} changed
 */
export function marketChoice(changed) {
  const { market } = preferences();
  /** @type {Array<[string, string]>} */
  const options = (currentRegister()?.markets ?? []).map(({ code, name }) => [code, marketName(code, name)]);
  const unchosen = market === undefined ? /** @type {Array<[string, string]>} */ ([['-', t('market.choose')]]) : [];
  return choice(t('market.label'), [...unchosen, ...options, ['', t('market.elsewhere')]], market ?? '-', (value) => {
    prefer({ market: value === '-' ? undefined : value });
    changed();
  });
}

/** What the register says of a label holds for one that is in force. @param {Standing | undefined} standing */
export function unlessInForce(standing) {
  return standing?.state === 'in-force' ? null : el('p', { class: 'strong', 'data-moot': true }, t('counts.not-in-force'));
}

/**
 * What the register says, be the label in force or not.
 * @param {Label} label
 * @param {Counted} counted
 * @returns {HTMLElement[]}
 */
export function said(label, counted) {
  if (counted.outcome === 'own') return [line(t('counts.own', { level: levelName(label.scheme, label.level) })), ...doubts(counted)];
  if (counted.findings.length) return counted.findings.map(finding);
  return [
    line(t(counted.reasons.some(({ unknown }) => unknown) ? 'counts.unknown' : 'counts.no')),
    el('ul', { class: 'reasons' }, ...counted.reasons.map((one) => el('li', {}, reason(label, one)))),
  ];
}

/** @param {string} text */
function line(text) {
  return el('p', { class: 'strong' }, text);
}

/** @param {Counted} counted */
function doubts(counted) {
  return (counted.caveats ?? []).map(({ code }) => el('p', { class: 'soft' }, t(`caveat.${code}`)));
}

/** @param {Finding} found */
function finding(found) {
  const level = levelName(found.scheme, found.level);
  const owner = scheme(found.scheme)?.owner ?? found.scheme;
  const cited = row(found.row)?.row.effect;
  const mode = found.mode === 'deemed-compliant' && cited?.basis === 'law' ? 'by-law' : found.mode;
  const notes = [...found.caveats.map(({ code }) => t(`caveat.${code}`)), ...found.conditions.map(registerWords)];
  return el(
    'div',
    { class: 'finding', 'data-mode': found.mode },
    line(t(`mode.${mode}`, { level, owner })),
    el('p', { class: 'soft' }, arrangementWords(found.arrangement, cited)),
    notes.length ? el('ul', { class: 'conditions' }, ...notes.map((note) => el('li', {}, note))) : null,
  );
}

/** @param {string} id @param {Effect | undefined} effect */
export function arrangementWords(id, effect) {
  const parts = [t('arrangement.name', { id })];
  if (effect?.from) parts.push(t('arrangement.from', { date: date(effect.from) }));
  if (effect?.until) parts.push(t('arrangement.until', { date: date(effect.until) }));
  return parts.join(' · ');
}

/** @param {Label} label @param {Reason} why */
export function reason(label, why) {
  const cited = row(why.row);
  const from = scheme(label.scheme);
  const levels = cited?.row.from.levels;
  const least = levels && ('at_least' in levels ? levels.at_least : Math.min(...levels.only));
  const words = has(`reason.${why.code}`)
    ? t(`reason.${why.code}`, {
        scheme: from?.short ?? label.scheme,
        level: levelName(label.scheme, label.level),
        least: levelName(label.scheme, least ?? null),
        specification: label.specification,
        from: cited?.row.effect.from ? date(cited.row.effect.from) : '—',
        until: cited?.row.effect.until ? date(cited.row.effect.until) : '—',
        ended: ended(why.code === 'target-scheme-ended' ? cited?.row.to.scheme : label.scheme),
        target: scheme(cited?.row.to.scheme ?? '')?.short ?? '',
      })
    : why.text;
  const kind = why.code.startsWith('category-') && label.category.id ? registerWords(categoryName(label.category.id)) : null;
  return el('span', { 'data-code': why.code }, words, kind && ' ', kind && el('span', { class: 'soft' }, '(', kind, ')'),
    cited && el('span', { class: 'soft' }, ' · ', foreign(cited.arrangement.id)));
}

/** @param {string | undefined} id */
function ended(id) {
  const until = scheme(id ?? '')?.issuing.until;
  return until ? date(until) : '—';
}
