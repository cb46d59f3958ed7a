/** Where a label stands, and how old that knowledge is. */

import { el } from './dom.js';
import { ago, date, dateTime, t } from './i18n.js';
import { messageOf } from './codes.js';

/** @param {Verdict} verdict */
export function standingSection({ label, standing, freshness }) {
  if (!label || !standing) return null;
  return el(
    'section',
    { class: 'part standing', 'aria-labelledby': 'standing' },
    el('h2', { id: 'standing' }, t('standing.title')),
    el('p', { class: 'strong' }, standingWords(label, standing)),
    standing.reason ? el('p', {}, t(messageOf(standing.reason))) : null,
    age(freshness),
  );
}

/** @param {Label} label @param {Standing} standing */
export function standingWords(label, standing) {
  return t(`standing.${standing.state}`, { from: date(label.valid_from), until: date(label.valid_until) });
}

/** @param {Freshness | undefined} freshness */
function age(freshness) {
  const made = freshness?.status_issued_at ?? freshness?.pack_made;
  const seconds = freshness?.status_age_seconds ?? freshness?.pack_age_seconds;
  if (!made) return null;
  const values = { moment: dateTime(made), ago: seconds === undefined ? '' : ago(seconds) };
  return el('p', { class: 'soft' }, t(seconds === undefined ? 'standing.as-of-only' : 'standing.as-of', values));
}
