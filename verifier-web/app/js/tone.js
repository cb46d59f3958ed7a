/**
 * How a verdict looks and sounds. The verifier's conclusion decides; this page is only ever more careful.
 *
 * **Invariant:** `good`, the only green, is the conclusion `in-force` and nothing else.
 */

import { messageOf } from './codes.js';

/** @typedef {'good' | 'attention' | 'halt' | 'bad' | 'unknown'} Tone */

/** @type {Record<string, [Tone, import('./icons.js').Icon]>} by conclusion, or by code where that says more */
const LOOKS = {
  'in-force': ['good', 'good'],
  'not-meeting': ['attention', 'attention'],
  'out-of-date': ['attention', 'date'],
  suspended: ['halt', 'pause'],
  withdrawn: ['halt', 'halt'],
  'not-authentic': ['bad', 'bad'],
  'cannot-tell': ['unknown', 'unknown'],
};

/** Notes that are too weighty for green. */
const CAREFUL = ['foreign-host', 'pack-expired'];

/** @param {Verdict} verdict @returns {{tone: Tone, icon: import('./icons.js').Icon}} */
export function look(verdict) {
  const [tone, icon] = LOOKS[verdict.code] ?? LOOKS[verdict.conclusion] ?? LOOKS['cannot-tell'];
  if (tone !== 'good') return { tone, icon };
  if (verdict.conclusion !== 'in-force' || careful(verdict)) return { tone: 'attention', icon: 'attention' };
  return { tone, icon };
}

/** @param {Verdict} verdict */
function careful(verdict) {
  return (verdict.notes ?? []).some(({ code }) => CAREFUL.includes(code) && !(code === 'foreign-host' && ownDevice(verdict)));
}

/** A page that this very device serves is nobody else's host: a demonstration. @param {Verdict} verdict */
function ownDevice(verdict) {
  const own = /^(localhost|127\.0\.0\.1)(:\d+)?$/;
  return own.test(location.host) && (verdict.label?.host ?? '').split(':')[0] === location.hostname;
}

/** The words of the conclusion. @param {Verdict} verdict */
export function headline(verdict) {
  const { conclusion, code } = verdict;
  if (conclusion === 'revoked' || conclusion === 'out-of-date') return `verdict.${code}`;
  if (conclusion === 'not-meeting' && messageOf(code) === 'code.market-unknown') return 'verdict.market-unknown';
  if (code === 'not-a-label-link' || code === 'no-seal') return 'verdict.else';
  if (conclusion === 'in-force' && look(verdict).tone === 'attention') return 'verdict.careful';
  if (conclusion === 'cannot-tell' && verdict.standing?.state === 'unconfirmed') return 'verdict.unconfirmed';
  return `verdict.${conclusion}`;
}
