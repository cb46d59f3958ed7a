/** What was scanned in rapid mode: counts, duplicates, and the list as CSV. */

/** The same code within this time is the same box still in front of the camera. */
const STILL_THERE = 2500;

/** The name of the list in this tab's storage. */
const KEPT = 'scans';

/**
 * What is kept of a scan: texts alone, however many there are in a day.
 * @typedef {object} Scan
 * @property {string} text
 * @property {string} at
 * @property {import('./signals.js').Signal} kind
 * @property {import('./tone.js').Tone} tone
 * @property {import('./icons.js').Icon} icon
 * @property {string} words
 * @property {boolean} duplicate
 * @property {string} code
 * @property {string[]} facts in the order of the heading, from `conclusion` on
 * @property {string} name of product and level, for the list
 */

export class Tally {
  constructor() {
    /** @type {Scan[]} */
    this.scans = [];
    /** @type {Map<string, number>} when a text was last in sight, in milliseconds */
    this.lastSeen = new Map();
    /** How many of each kind, each code once; and how many were duplicates. */
    this.counts = { good: 0, attention: 0, bad: 0, again: 0 };
    /** @type {Set<string>} */
    this.texts = new Set();
  }

  /** The list that this tab had before it was loaded again. */
  static restored() {
    const tally = new Tally();
    try {
      /** @type {Scan[]} */
      const scans = JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
      scans.forEach((scan) => tally.add(scan));
    } catch {
      // Storage is refused: the list lives as long as the page.
    }
    return tally;
  }

  /** For a tab that is loaded again: the list stays in it, and goes with it. */
  save() {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(this.scans));
    } catch {
      // As above.
    }
  }

  /** Whether a text that is in sight is a scan of its own. @param {string} text @param {number} milliseconds */
  isNew(text, milliseconds) {
    const last = this.lastSeen.get(text);
    this.lastSeen.set(text, milliseconds);
    return last === undefined || milliseconds - last > STILL_THERE;
  }

  /** @param {Omit<Scan, 'duplicate'>} scan @returns {Scan} */
  add(scan) {
    const added = { ...scan, duplicate: this.texts.has(scan.text) };
    this.texts.add(scan.text);
    this.scans.push(added);
    this.counts[added.duplicate ? 'again' : scan.kind] += 1;
    return added;
  }

  csv() {
    const rows = this.scans.map(({ at, words, duplicate, facts, text }) => [at, words, duplicate ? 'duplicate' : '', ...facts, text]);
    return [HEADING, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
  }
}

/**
 * @param {Verdict | undefined} verdict
 * @returns {string[]}
 */
export function factsOf(verdict) {
  const { label } = verdict ?? {};
  return [
    verdict?.conclusion, verdict?.code, label?.gtin, label?.serial, label?.scheme, label && String(label.level),
    label?.names?.brand, label?.names?.models.join('; '), label?.valid_until, label?.number,
  ].map((fact) => fact ?? '');
}

const HEADING = ['at', 'words', 'duplicate', 'conclusion', 'code', 'gtin', 'serial', 'scheme', 'level', 'brand', 'models',
  'valid_until', 'number', 'text'];

/**
 * RFC 4180; and what a spreadsheet would take for a formula is text.
 * @param {string} value
 */
function cell(value) {
  const plain = value.replace(/[\u2068\u2069]/g, '').replace(/^(?=[=+\-@\t\r])/, "'");
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
