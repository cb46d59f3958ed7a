/** For which product a label was awarded: to be compared with the box in the hand. */

import { el, english, foreign, terms } from './dom.js';
import { date, registerWords, t } from './i18n.js';
import { categoryName } from './register.js';

/** @param {Verdict} verdict */
export function productSection({ label, issuer }) {
  if (!label || !issuer) return null;
  const { names } = label;
  const models = [...(names?.models ?? []), ...(names?.more ?? [])].join(', ');
  return el(
    'section',
    { class: 'part product', 'aria-labelledby': 'product' },
    el('h2', { id: 'product' }, t('product.compare')),
    names ? el('p', { class: 'name' }, foreign(names.brand), ' ', foreign(models)) : null,
    el('p', { class: 'hint' }, t(label.serial ? 'product.same-box' : 'product.same')),
    terms([
      [t('product.manufacturer'), names && foreign(names.manufacturer)],
      [t('product.gtin'), el('code', { class: 'gtin' }, label.gtin)],
      [t('product.serial'), label.serial ? el('code', {}, foreign(label.serial)) : null],
      [t('product.kind'), label.category.id ? registerWords(categoryName(label.category.id)) : null],
      [t('product.until'), el('time', { datetime: label.valid_until }, date(label.valid_until))],
      [t('product.issuer'), foreign(issuer.name)],
      [t('product.number'), el('code', {}, foreign(label.number))],
    ]),
    issuer.notice ? el('p', { class: 'notice' }, english(issuer.notice)) : null,
  );
}
