// What clients of a vector's pack pin.

import { gunzipSync } from 'node:zlib';

/** The first root of a pack file: its entry metadata/1.root.json. */
export function firstRoot(file) {
  const tar = gunzipSync(file);
  for (let at = 0; at + 512 <= tar.length; ) {
    const field = (from, length) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = parseInt(field(124, 12), 8) || 0;
    if (field(0, 100) === 'metadata/1.root.json') return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error('the pack has no first root');
}
