/** The card: what the verifier concluded about one label. Of a label that is not authentic, nothing is shown. */

import { announce } from './announce.js';
import { messageOf } from './codes.js';
import { button, el, stylesheet } from './dom.js';
import { plural, t } from './i18n.js';
import { icon } from './icons.js';
import { levelSection } from './level.js';
import { productSection } from './product.js';
import { recognitionSection } from './recognition.js';
import { judge } from './session.js';
import { standingSection } from './standing.js';
import { headline, look } from './tone.js';
import { troubleCard } from './troubles.js';

/**
 * Shows the verdict on a text, and moves the focus to it.
 * @param {HTMLElement} main
 * @param {string} text
 * @param {import('./views.js').Go} go
 */
export function showCard(main, text, go) {
  const draw = (focused = 'h1') => {
    const judged = judge(text);
    // Whoever chose a market goes on from there.
    main.replaceChildren(judged.verdict ? card(judged.verdict, text, go, () => draw('select')) : troubleCard(judged.trouble, draw));
    const title = main.querySelector('h1')?.textContent ?? '';
    /** @type {HTMLElement | null} */ (main.querySelector(focused))?.focus();
    announce(title);
    document.title = `${title} · Verilabel`;
    return judged.verdict;
  };
  const verdict = draw();
  performance.mark('verdict');
  return verdict;
}

/**
 * @param {Verdict} verdict
 * @param {string} text
 * @param {import('./views.js').Go} go
 * @param {() => void} redraw
 */
function card(verdict, text, go, redraw) {
  const { tone, icon: picture } = look(verdict);
  const authentic = verdict.label !== undefined;
  return el(
    'article',
    { class: 'card', 'data-conclusion': verdict.conclusion, 'data-code': verdict.code, 'data-tone': tone },
    el(
      'header',
      { class: 'verdict' },
      el('div', { class: 'seal' }, icon(picture)),
      el('h1', { tabindex: '-1' }, t(headline(verdict))),
      el('p', { class: 'why' }, t(messageOf(verdict.code))),
      advice(verdict),
    ),
    ...notes(verdict),
    headline(verdict) === 'verdict.else' ? whatElse(text) : null,
    levelSection(verdict),
    productSection(verdict, text),
    recognitionSection(verdict, redraw),
    standingSection(verdict),
    authentic ? el('p', { class: 'limits' }, t('card.limits')) : null,
    actions(verdict, text, go),
    expert(verdict),
  );
}

/** The next step. @param {Verdict} verdict */
function advice({ conclusion, code, label }) {
  const key = conclusion === 'not-authentic' ? 'advice.not-authentic' : conclusion === 'cannot-tell' && !label ? 'advice.cannot-tell' : '';
  const cut = messageOf(code) === 'code.link' ? 'advice.link' : key;
  return cut && messageOf(code) !== 'code.else' ? el('p', {}, t(cut)) : null;
}

/** @param {Verdict} verdict */
function notes({ notes = [], label }) {
  return notes.map(({ code }) =>
    el('p', { class: 'note', role: 'note', 'data-note': code }, icon('attention'),
      el('span', {}, t(`note.${code}`, { host: label?.host ?? '' }))));
}

/** @param {string} text */
function whatElse(text) {
  const part = el('section', { class: 'part' });
  import('./what.js').then(({ describe }) => part.append(...describe(text)), () => undefined);
  return part;
}

/** @param {Verdict} verdict @param {string} text @param {import('./views.js').Go} go */
function actions(verdict, text, go) {
  const shares = () => import('./share.js').then(({ share }) => share(verdict, text), () => announce(t('card.not-shared')));
  return el(
    'div',
    { class: 'actions' },
    button(t('card.next'), () => go('scan'), 'primary'),
    verdict.label ? button(t('card.map'), () => go('map', text)) : null,
    button(t('card.share'), shares),
    button(t('card.print'), () => print()),
  );
}

/** Every check, fetched when somebody opens it. @param {Verdict} verdict */
function expert(verdict) {
  const inside = el('div', {});
  const details = el('details', { class: 'expert' }, el('summary', {}, plural('card.details', verdict.checks.length)), inside);
  details.addEventListener('toggle', async () => {
    const loaded = await Promise.all([import('./details.js'), stylesheet('details')]).catch(() => undefined);
    inside.replaceChildren(...(loaded && details.open ? loaded[0].detailsOf(verdict) : []));
  });
  return details;
}

