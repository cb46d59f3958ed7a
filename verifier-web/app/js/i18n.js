/** Messages, plurals, dates and ages in the chosen language. */

export const LANGUAGES = /** @type {const} */ ({
  en: 'English',
  zh: '中文',
  ms: 'Bahasa Melayu',
  ta: 'தமிழ்',
  fi: 'Suomi',
  de: 'Deutsch',
  ko: '한국어',
  ja: '日本語',
});

/** @typedef {keyof typeof LANGUAGES} Language */

/** @type {Record<string, string>} */
let messages = {};
/** @type {Language} */
let language = 'en';

/** @param {string} name @returns {name is Language} */
function isLanguage(name) {
  return Object.hasOwn(LANGUAGES, name);
}

/**
 * The language to use: the chosen one, or the browser's first that there is.
 * @param {string | undefined} chosen
 * @returns {Language}
 */
export function preferred(chosen) {
  const wanted = [chosen ?? '', ...navigator.languages].map((tag) => tag.split('-')[0].toLowerCase());
  return wanted.find(isLanguage) ?? 'en';
}

/** @param {Language} name */
export async function use(name) {
  const response = await fetch(new URL(`../i18n/${name}.json`, import.meta.url));
  if (!response.ok) throw new Error(`the messages of ${name}: ${response.status}`);
  messages = await response.json();
  language = name;
  formats.clear();
  document.documentElement.lang = name;
}

/** Formats of the language: dear to make, so made once. @type {Map<string, any>} */
const formats = new Map();

/**
 * @template T
 * @param {string} name
 * @param {() => T} make
 * @returns {T}
 */
function format(name, make) {
  if (!formats.has(name)) formats.set(name, make());
  return formats.get(name);
}

export function currentLanguage() {
  return language;
}

/** @typedef {Record<string, string | number>} Values */

/**
 * A message. Texts that are put into it keep their own direction (U+2068, U+2069).
 * @param {string} key
 * @param {Values} [values]
 */
export function t(key, values = {}) {
  return (messages[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === 'number' ? number(value) : `\u2068${value ?? ''}\u2069`;
  });
}

/**
 * A message with a number in it, `{n}`.
 * @param {string} key
 * @param {number} n
 */
export function plural(key, n) {
  const form = format('plural', () => new Intl.PluralRules(language)).select(n);
  return t(`${key}.${form}`, { n });
}

/** @param {string} key */
export function has(key) {
  return Object.hasOwn(messages, key);
}

/** @param {number} n */
export function number(n) {
  return format('number', () => new Intl.NumberFormat(language)).format(n);
}

/**
 * A day of the calendar, such as 2026-11-22, or a month, 2026-11.
 * @param {string} day
 */
export function date(day) {
  const [year, month, dayOfMonth] = day.slice(0, 10).split('-').map(Number);
  const time = Date.UTC(year, month - 1, dayOfMonth ?? 1);
  /** @type {Intl.DateTimeFormatOptions} */
  const parts = { year: 'numeric', month: 'long', timeZone: 'UTC' };
  if (dayOfMonth) parts.day = 'numeric';
  return format(dayOfMonth ? 'day' : 'month', () => new Intl.DateTimeFormat(language, parts)).format(time);
}

/**
 * A moment, in this device's time zone.
 * @param {string} moment
 */
export function dateTime(moment) {
  const moments = () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return format('moment', moments).format(new Date(moment));
}

/**
 * How long ago, such as "2 days ago".
 * @param {number} seconds
 */
export function ago(seconds) {
  const since = format('since', () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
  if (seconds < 60) return t('age.now');
  if (seconds < 3600) return since.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 172800) return since.format(-Math.floor(seconds / 3600), 'hour');
  return since.format(-Math.floor(seconds / 86400), 'day');
}

/**
 * The name of a market, by the language's own data.
 * @param {string} code
 * @param {string} name as the register has it
 */
export function marketName(code, name) {
  try {
    const regions = () => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
    return format('region', regions).of(code) ?? name;
  } catch {
    return name;
  }
}

/**
 * Words of the register: translated where this page knows exactly that text, else as they stand.
 * @param {string} text
 * @returns {string | HTMLElement}
 */
export function registerWords(text) {
  const known = messages[`register.${text}`];
  if (known !== undefined) return known;
  const span = document.createElement('span');
  span.lang = 'en';
  span.textContent = text;
  return span;
}
