/** What a code is that is no label. It is shown as text: never opened, never made a link. */

import { el, foreign } from './dom.js';
import { t } from './i18n.js';

/** @type {Array<[string, RegExp]>} */
const KINDS = [
  ['web', /^https?:\/\//i],
  ['wifi', /^WIFI:/i],
  ['contact', /^(BEGIN:VCARD|MECARD:)/i],
  ['phone', /^(tel|smsto?):/i],
  ['mail', /^(mailto:|MATMSG:)/i],
  ['number', /^\d{8,14}$/],
];

const SHOWN = 200;

/** @param {string} text @returns {HTMLElement[]} */
export function describe(text) {
  const kind = KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'text';
  const host = kind === 'web' ? hostOf(text) : '';
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return [
    el('h2', {}, t(`else.${kind}`, { host })),
    el('p', { class: 'quoted', 'data-else': kind }, foreign(shown)),
    el('p', { class: 'soft' }, t('else.not-opened')),
  ];
}

/** @param {string} text */
function hostOf(text) {
  try {
    return new URL(text).host;
  } catch {
    return '';
  }
}
