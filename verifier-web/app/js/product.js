/** For which product a label was awarded: to be compared with the box in the hand. */

import { button, el, english, foreign, terms } from './dom.js';
import { date, registerWords, t } from './i18n.js';
import { categoryName } from './register.js';
import { pictureOf } from './session.js';

/** @param {Verdict} verdict @param {string} text */
export function productSection({ label, issuer }, text) {
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
    photo(text),
    issuer.notice ? el('p', { class: 'notice' }, english(issuer.notice)) : null,
  );
}

/** Looked for once the verdict stands: the records of all products are read for it. @param {string} text */
function photo(text) {
  const place = el('div', { class: 'photo' });
  setTimeout(() => {
    const path = pictureOf(text);
    const says = el('p', { class: 'soft', role: 'status' }, t('photo.tells'));
    const show = () => import('./photo.js').then(({ showPicture }) => showPicture(place, path), () => says.replaceChildren(t('photo.none')));
    if (path) place.append(button(t('photo.show'), show), says);
  });
  return place;
}
