/**
 * A picture of the product, to be compared with the one in the hand. It is fetched when somebody asks for it, and
 * among others: the server does not learn which product is looked at.
 */

import { button, el } from './dom.js';
import { t } from './i18n.js';
import { pictureOf } from './session.js';

/**
 * Offers it where there is one.
 * @param {HTMLElement} place
 * @param {string} text a label
 */
export function offerPicture(place, text) {
  const picture = pictureOf(text);
  if (!picture) return;
  const show = async () => {
    place.replaceChildren(el('p', { class: 'soft' }, t('photo.wait')));
    const image = await fetched(picture).catch(() => undefined);
    place.replaceChildren(image ?? el('p', { class: 'soft', role: 'status' }, t('photo.none')));
  };
  place.replaceChildren(button(t('photo.show'), show), el('p', { class: 'soft' }, t('photo.tells')));
}

/**
 * Whatever is not the file that the pack means is refused by the browser.
 * @param {{path: string, among: string[]}} picture
 */
async function fetched({ path, among }) {
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
