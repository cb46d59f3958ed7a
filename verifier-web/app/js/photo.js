/**
 * A picture of the product, to be compared with the one in the hand. It is fetched among others: the server does not
 * learn which product is looked at.
 */

import { el } from './dom.js';
import { t } from './i18n.js';

/**
 * @param {HTMLElement} place
 * @param {string} path
 * @param {string[]} among all that are to be fetched for it
 */
export async function showPicture(place, path, among) {
  place.replaceChildren(el('p', { class: 'soft' }, t('wait')));
  const image = await fetched(path, [...new Set(among)]).catch(() => undefined);
  place.replaceChildren(image ?? el('p', { class: 'soft', role: 'status' }, t('photo.none')));
}

/**
 * Whatever is not the file that the pack means is refused by the browser.
 * @param {string} path
 * @param {string[]} among
 */
async function fetched(path, among) {
  const all = among.map((one) => fetch(`/${one}`, { integrity: integrityOf(one) }).then((answer) => answer.blob()));
  await Promise.allSettled(all);
  const file = await all[among.indexOf(path)];
  const image = el('img', { class: 'photo', alt: t('photo.alt'), src: URL.createObjectURL(file) });
  await image.decode();
  URL.revokeObjectURL(image.src);
  return image;
}

/** The digest that the path is named for, as Subresource Integrity writes it. @param {string} path */
function integrityOf(path) {
  const digits = path.match(/[0-9a-f]{64}/)?.[0] ?? '';
  const bytes = digits.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}
