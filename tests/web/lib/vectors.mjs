// The vectors' packs and what clients of each pin.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { vectors } from './places.mjs';

export const packOf = (name) => readFileSync(join(vectors, 'packs', `${name}.tar.gz`));

/** The root that clients of a pack pin: its entry metadata/1.root.json. */
export function rootOf(name) {
  const tar = gunzipSync(packOf(name));
  for (let at = 0; at + 512 <= tar.length; ) {
    const field = (from, length) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = parseInt(field(124, 12), 8) || 0;
    if (field(0, 100) === 'metadata/1.root.json') return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`${name} has no first root`);
}
