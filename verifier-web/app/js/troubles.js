/** When something is in the way: a calm sentence and a next step, and never a word against a label. */

import { messageOf } from './codes.js';
import { button, el } from './dom.js';
import { has, t } from './i18n.js';
import { icon } from './icons.js';
import { currentTroubles, startAnew, update } from './session.js';

/**
 * In place of a card, where nothing can be judged.
 * @param {string} code
 * @param {() => void} retry
 */
export function troubleCard(code, retry) {
  // Whoever went elsewhere meanwhile stays there.
  const again = () => card.isConnected && retry();
  const card = el(
    'article',
    { class: 'card', 'data-tone': 'unknown', 'data-trouble': code },
    el('header', { class: 'verdict' }, el('div', { class: 'seal' }, icon('unknown')),
      el('h1', { tabindex: '-1' }, t('verdict.not-judged')), el('p', { class: 'why' }, sentence(code)), el('p', {}, t('trouble.no-verdict'))),
    el('div', { class: 'actions' }, remedy(code, again)),
  );
  return card;
}

/** Above whatever is shown, while something is in the way that a person should know. */
export function troubleList() {
  return currentTroubles().map((code) =>
    el('div', { class: 'trouble', 'data-trouble': code }, icon('attention'), el('p', {}, sentence(code)), remedy(code, () => undefined)));
}

/** @param {string} code */
export function sentence(code) {
  const key = messageOf(code);
  return t(has(key) ? key : 'code.unknown', { code });
}

/** @param {string} code @param {() => void} then */
function remedy(code, then) {
  const group = messageOf(code);
  if (group === 'code.no-wasm' || group === 'code.clock' || group === 'code.no-storage') return null;
  return group === 'code.memory-damaged'
    ? button(t('trouble.anew'), () => startAnew().then(then), 'small')
    : button(t('trouble.retry'), () => update().then(then), 'small');
}
