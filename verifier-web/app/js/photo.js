/**
 * A picture of the product. It is fetched only when somebody asks for it: the request tells this page's server which
 * product is looked at, and the button says so.
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
  const path = pictureOf(text);
  if (!path) return;
  const show = async () => {
    place.replaceChildren(el('p', { class: 'soft' }, t('photo.wait')));
    const image = await fetched(path).catch(() => undefined);
    place.replaceChildren(image ?? el('p', { class: 'soft', role: 'status' }, t('photo.none')));
  };
  place.replaceChildren(button(t('photo.show'), show), el('p', { class: 'soft' }, t('photo.tells')));
}

/** Whatever is not the file that the pack means is refused by the browser. @param {string} path */
async function fetched(path) {
  const response = await fetch(`/${path}`, { integrity: integrityOf(path) });
  if (!response.ok) return undefined;
  const image = el('img', { class: 'photo', alt: t('photo.alt'), src: URL.createObjectURL(await response.blob()) });
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
