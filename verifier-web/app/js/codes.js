/**
 * Which message says what a code means to a shopper. Codes that ask for the same next step share one; details show
 * the code itself. docs/codes.md has them all.
 */

/** @type {Array<[string, RegExp]>} the first that matches */
const GROUPS = [
  ['else', /^(not-a-label-link|no-seal)$/],
  ['newer', /^(seal-version-unknown|metadata-spec-version|pack-schema)$/],
  ['link', /^(cbor-truncated$|link-|gtin-|qualifier-|percent-encoding|path-not-canonical|fragment-)/],
  ['bad-signature', /^bad-signature$/],
  ['issuer-unknown', /^(issuer-unknown|too-many-keys)$/],
  ['issuer-not-entitled', /^issuer-not-entitled$/],
  ['key-distrusted', /^key-distrusted$/],
  ['key', /^(issuer-mismatch|key-purpose|key-not-in-use)$/],
  ['in-force', /^in-force$/],
  ['suspended', /^suspended$/],
  ['withdrawn', /^withdrawn$/],
  ['expired', /^expired$/],
  ['not-yet-valid', /^not-yet-valid$/],
  ['market-unknown', /^(unknown-market|level-mapping-unpublished|effective-date-unknown|level-not-known-covered|category-not-known-inside|category-unknown)$/],
  ['market', /^(no-arrangement|not-yet-in-effect|no-longer-in-effect|specification-not-covered|level-too-low|level-not-covered|category-outside|target-scheme-ended|simplified-application-only|not-in-force)$/],
  ['awarded-after-scheme-ended', /^awarded-after-scheme-ended$/],
  ['level-unknown', /^(unknown-scheme|unknown-level)$/],
  ['clock', /^(status-from-the-future|clock|clock-behind|time)$/],
  ['status-old', /^(status-expired|status-too-old|status-no-expiry)$/],
  ['unconfirmed', /^(unconfirmed|status-(list-(missing|not-believable|mismatch|bits|not-zlib|incomplete|elsewhere|not-given|purpose|issuer)|index-out-of-range|no-entry|no-meaning))$/],
  ['seal', /^(cbor-|seal|algorithm-|key-id-|header-|type-mismatch|signature-length|claim|names-incomplete|field-|validity-order|credential|jws-parts|base64url|json-|subject-gtin|status-entries|status-list-)/],
  ['pack-rolled-back', /^pack-rolled-back$/],
  ['pack-expired', /^(pack-expired|pack-root-expired)$/],
  ['pack-unreachable', /^(pack-unreachable|pack-slow-server|no-pack|pack-no-root)$/],
  ['no-storage', /^(no-storage|pack-disk-full|pack-read-only|pack-not-kept|pack-in-use)$/],
  ['memory-damaged', /^memory-damaged$/],
  ['pack-damaged', /^(metadata-|pack-)/],
  ['picture-too-large', /^(picture-too-large|file-too-large)$/],
  ['no-code-found', /^(no-code-found|picture-too-small)$/],
  ['no-wasm', /^no-wasm$/],
  ['picture', /^(empty-file|not-a-picture|picture-|frame-mismatch)/],
];

/**
 * @param {string} code
 * @returns {string} the key of its message
 */
export function messageOf(code) {
  const group = GROUPS.find(([, pattern]) => pattern.test(code));
  return `code.${group ? group[0] : 'unknown'}`;
}
