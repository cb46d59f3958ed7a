/** The card as a text for somebody else; with the link only where the label is authentic. */

import { announce } from './announce.js';
import { t } from './i18n.js';
import { levelName } from './register.js';
import { messageOf } from './codes.js';
import { standingWords } from './standing.js';
import { headline } from './tone.js';

/** @param {Verdict} verdict @param {string} text */
export async function share(verdict, text) {
  const { label, standing } = verdict;
  const lines = [t(headline(verdict)), t(messageOf(verdict.code))];
  if (label) {
    lines.push(levelName(label.scheme, label.level));
    if (label.names) lines.push(`${label.names.brand} ${label.names.models.join(', ')}`);
    lines.push(`GTIN ${label.gtin}`);
    if (standing) lines.push(standingWords(label, standing));
  }
  const url = label && /^https?:\/\//i.test(text) ? text : undefined;
  const said = lines.join('\n');
  try {
    if (navigator.share) await navigator.share({ title: 'Verilabel', text: said, url });
    else await navigator.clipboard.writeText([said, url].filter(Boolean).join('\n'));
    announce(t('card.shared'));
  } catch {
    announce(t('card.not-shared'));
  }
}
