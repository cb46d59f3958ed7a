/** For experts: every check in its order, what is signed, the key, and the pack. Facts stand as the verifier gives them. */

import { el, english, foreign, terms } from './dom.js';
import { t } from './i18n.js';

/** @param {Verdict} verdict @returns {HTMLElement[]} */
export function detailsOf(verdict) {
  return [
    el('p', { class: 'soft' }, t('details.code'), ' ', el('code', {}, verdict.code)),
    verdict.authenticity.code === 'authentic' ? el('p') : el('p', {}, english(verdict.authenticity.text)),
    checks(verdict.checks),
    ...(verdict.label ? [signed(verdict)] : []),
    ...(verdict.freshness ? [pack(verdict.freshness)] : []),
  ];
}

const SIGNS = { passed: '✓', failed: '✗', unknown: '?', attention: '!' };

/** @param {Check[]} list */
function checks(list) {
  return el('ol', { class: 'checks' }, ...list.map(({ check, mark, code, fact, source }) =>
    el('li', { 'data-mark': mark },
      el('span', { class: 'mark', 'aria-hidden': 'true' }, SIGNS[mark]),
      el('div', {},
        el('p', { class: 'strong' }, `${t(`check.${check}`)}: ${t(`mark.${mark}`)} `, el('code', {}, code)),
        el('p', {}, foreignEnglish(fact)),
        el('p', { class: 'soft' }, foreignEnglish(source))))));
}

/** English, with what a label says in it. @param {string} text */
function foreignEnglish(text) {
  const span = english('');
  span.append(foreign(text));
  return span;
}

/** @param {Verdict} verdict */
function signed({ label, issuer }) {
  if (!label || !issuer) return el('p');
  return el('section', {},
    el('h3', {}, t('details.signed')),
    technical([
      ['label', label.number], ['scheme', `${label.scheme} ${label.specification}`], ['level', String(label.level)],
      ['awarded', label.awarded], ['valid', `${label.valid_from} – ${label.valid_until}`], ['expires', label.expires],
      ['iat', label.issued_at], ['path', label.path], ['host', label.host ?? ''], ['form', label.form],
      ['category', `${label.category.id ?? '—'} (${label.category.source})`], ['names', label.names?.source ?? '—'],
      ['issuer', issuer.id], ['key', `${issuer.key_id} ${issuer.algorithm}`],
    ]));
}

/** @param {Freshness} freshness */
function pack(freshness) {
  return el('section', {},
    el('h3', {}, t('about.pack')),
    technical([
      ['version', String(freshness.pack_version)], ['made', freshness.pack_made ?? '—'], ['expires', freshness.pack_expires],
      ['status list', `${freshness.status_issued_at ?? '—'} – ${freshness.status_expires ?? '—'}`],
      ...freshness.pack.map(({ role, version, expires }) => /** @type {[string, string]} */ ([role, `${version}, ${expires}`])),
    ]));
}

/** @param {Array<[string, string]>} rows */
function technical(rows) {
  const list = terms(rows.map(([term, value]) => [term, foreign(value)]));
  list.lang = 'en';
  list.classList.add('technical');
  return list;
}
