/** A picture file: from the disk, dropped, or pasted. It stays on this device. */

import { makeReader } from './reader.js';

const MOST_BYTES = 40_000_000;

/**
 * The texts of the codes in a picture.
 * @param {Blob} file
 * @returns {Promise<{texts: string[]} | {trouble: string}>}
 */
export async function readPicture(file) {
  if (!file.size) return { trouble: 'empty-file' };
  if (file.size > MOST_BYTES) return { trouble: 'file-too-large' };
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return { trouble: 'not-a-picture' };
  const reader = await makeReader();
  try {
    const texts = await reader.picture(bitmap);
    return texts.length ? { texts } : { trouble: 'no-code-found' };
  } catch (error) {
    return { trouble: error instanceof Error ? error.name : 'not-a-picture' };
  } finally {
    bitmap.close();
    reader.close();
  }
}

/**
 * Of several codes, the one to judge: the first that looks like a label link.
 * @param {string[]} texts
 */
export function chooseText(texts) {
  const all = texts.map((text) => text.trim());
  return all.find((text) => /^https?:\/\/[^#]*\/01\/\d{8,}[^#]*#\d\d/i.test(text)) ?? all[0];
}
