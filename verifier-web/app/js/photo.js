/**
 * A picture of the product, to be compared with the one in the hand. It is fetched among others, so that it is hard for
 * the server to tell which product is looked at.
 */

import { among, digestOf } from './among.js';
import { el } from './dom.js';
import { t } from './i18n.js';
import { allPictures } from './session.js';

/** Milliseconds for one picture. */
const PATIENCE = 20000;

/**
 * Puts the picture in place of the offer; where it cannot be had, the offer stays.
 * @param {HTMLElement} place
 * @param {string} path
 */
export async function showPicture(place, path) {
  const said = place.querySelector('p');
  if (said) said.textContent = t('wait');
  const image = await fetched(path).catch(() => undefined);
  if (image) place.replaceChildren(image);
  else if (said) said.textContent = t('photo.none');
}

/**
 * Whatever is not the file that the pack means is refused by the browser.
 * @param {string} path
 */
async function fetched(path) {
  const group = among(path, allPictures());
  const get = async (/** @type {string} */ one) =>
    (await fetch(`/${one}`, { integrity: integrityOf(one), signal: AbortSignal.timeout(PATIENCE) })).blob();
  const all = group.map(get);
  // Of the others, nothing is wanted.
  for (const other of all) other.catch(() => undefined);
  const image = el('img', { class: 'photo', alt: t('photo.alt'), src: URL.createObjectURL(await all[group.indexOf(path)]) });
  await image.decode();
  URL.revokeObjectURL(image.src);
  return image;
}

/** The digest that the path is named for, as Subresource Integrity writes it. @param {string} path */
function integrityOf(path) {
  const bytes = digestOf(path).match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
  return `sha256-${btoa(String.fromCharCode(...bytes))}`;
}
