/** What was scanned in rapid mode: counts, duplicates, and the list as CSV. */

/** The same code within this time is the same box still in front of the camera. */
const STILL_THERE = 2500;

/**
 * @typedef {object} Scan
 * @property {string} text
 * @property {string} at
 * @property {import('./signals.js').Signal} kind
 * @property {string} words
 * @property {boolean} duplicate
 * @property {Verdict | undefined} verdict
 */

export class Tally {
  constructor() {
    /** @type {Scan[]} */
    this.scans = [];
    /** @type {Map<string, number>} when a text was last in sight, in milliseconds */
    this.lastSeen = new Map();
  }

  /** Whether a text that is in sight is a scan of its own. @param {string} text @param {number} milliseconds */
  isNew(text, milliseconds) {
    const last = this.lastSeen.get(text);
    this.lastSeen.set(text, milliseconds);
    return last === undefined || milliseconds - last > STILL_THERE;
  }

  /** @param {Omit<Scan, 'duplicate'>} scan @returns {Scan} */
  add(scan) {
    const added = { ...scan, duplicate: this.scans.some(({ text }) => text === scan.text) };
    this.scans.push(added);
    return added;
  }

  /** How many of each kind, each code once; and how many were duplicates. */
  counts() {
    const counts = { good: 0, attention: 0, bad: 0, again: 0 };
    for (const { kind, duplicate } of this.scans) counts[duplicate ? 'again' : kind] += 1;
    return counts;
  }

  csv() {
    const rows = this.scans.map(({ at, words, duplicate, verdict, text }) => [
      at, verdict?.conclusion ?? '', verdict?.code ?? '', words, duplicate ? 'duplicate' : '',
      verdict?.label?.gtin ?? '', verdict?.label?.serial ?? '', verdict?.label?.scheme ?? '', String(verdict?.label?.level ?? ''),
      verdict?.label?.names?.brand ?? '', verdict?.label?.names?.models.join('; ') ?? '', verdict?.label?.valid_until ?? '',
      verdict?.label?.number ?? '', text,
    ]);
    return [HEADING, ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
  }
}

const HEADING = ['at', 'conclusion', 'code', 'words', 'duplicate', 'gtin', 'serial', 'scheme', 'level', 'brand', 'models',
  'valid_until', 'number', 'text'];

/**
 * RFC 4180; and what a spreadsheet would take for a formula is text.
 * @param {string} value
 */
function cell(value) {
  const plain = value.replace(/[\u2068\u2069]/g, '').replace(/^(?=[=+\-@\t\r])/, "'");
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
