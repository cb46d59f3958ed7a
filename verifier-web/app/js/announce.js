/** What a screen reader says without being asked. */

/** @param {string} text */
export function announce(text) {
  const region = document.querySelector('#announcer');
  if (region) region.textContent = text;
}
