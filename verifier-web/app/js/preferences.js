/** What the person chose: kept on this device alone. */

/** @typedef {{language?: string, market?: string, theme?: string}} Preferences */

const KEY = 'verilabel';

/** @type {Preferences} */
let chosen = read();

/** @returns {Preferences} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof kept === 'object' && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

/** @returns {Readonly<Preferences>} */
export function preferences() {
  return chosen;
}

/** @param {Preferences} change */
export function prefer(change) {
  chosen = { ...chosen, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // Without storage the choice holds until the page is closed.
  }
  applyTheme();
}

const MEDIA = { light: 'not all', dark: 'screen', system: 'screen and (prefers-color-scheme: dark)' };

/** Light, dark, or as the device says. */
export function applyTheme() {
  const { theme } = chosen;
  const dark = /** @type {HTMLLinkElement | null} */ (document.querySelector('#dark'));
  if (dark) dark.media = MEDIA[theme === 'light' || theme === 'dark' ? theme : 'system'];
}

/**
 * The market that was chosen, or `undefined` where none was, or none of the register's ("elsewhere": the empty text).
 * @returns {string | undefined}
 */
export function market() {
  return chosen.market || undefined;
}
