/** Looking things up in the register of the pack in use. */

import { currentRegister } from './session.js';

/** @param {string} id */
export function scheme(id) {
  return currentRegister()?.schemes.find((one) => one.id === id);
}

/** The name of a level as a card has it: `CLS(IoT) Level 3`. @param {string} schemeId @param {number | null} number */
export function levelName(schemeId, number) {
  const found = scheme(schemeId);
  const name = found?.levels.find((level) => level.number === number)?.name;
  return [found?.short ?? schemeId, name].filter(Boolean).join(' ');
}

/** @param {string | undefined} id */
export function row(id) {
  for (const arrangement of currentRegister()?.arrangements ?? []) {
    const found = arrangement.rows.find((one) => one.id === id);
    if (found) return { arrangement, row: found };
  }
  return undefined;
}

/** The name of a product category. @param {string} id */
export function categoryName(id) {
  return currentRegister()?.categories.find((one) => one.id === id)?.name ?? id;
}

/** @param {string} code */
export function marketOf(code) {
  return currentRegister()?.markets.find((one) => one.code === code);
}
