/** Which pictures are fetched together. */

/** At least so many others are fetched with each, where there are so many. */
const OTHERS = 8;

/**
 * All that are fetched for one, it among them: always the same ones for all of them, so that asking again, or for
 * another, tells no more. Digests are split by their bits, as long as more than {@link OTHERS} are left on both sides.
 * @param {string} path
 * @param {string[]} all
 */
export function among(path, all) {
  let group = [...new Set(all)].sort();
  for (let bit = 0; ; bit += 1) {
    const mine = bitOf(path, bit);
    const same = group.filter((one) => bitOf(one, bit) === mine);
    if (same.length <= OTHERS || group.length - same.length <= OTHERS) return group;
    group = same;
  }
}

/** @param {string} path @param {number} bit */
function bitOf(path, bit) {
  return (Number.parseInt(digestOf(path)[bit >> 2], 16) >> (3 - (bit & 3))) & 1;
}

/** The SHA-256 that a picture is named for, in hexadecimal. @param {string} path */
export function digestOf(path) {
  return path.match(/[0-9a-f]{64}/)?.[0] ?? '';
}
