/** Rapid mode, for whoever checks hundreds: one touch to begin, and none after that. */

import { announce } from './announce.js';
import { cameraTrouble, start } from './camera.js';
import { button, el, foreign } from './dom.js';
import { number, t } from './i18n.js';
import { icon } from './icons.js';
import { chooseText } from './picture.js';
import { levelName } from './register.js';
import { judge, now } from './session.js';
import { give, prepare } from './signals.js';
import { factsOf, Tally } from './tally.js';
import { headline, look } from './tone.js';
import { sentence } from './troubles.js';

/** The list of this tab: it outlives the view, and a reload. */
let tally = Tally.restored();
window.addEventListener('pagehide', () => tally.save());

/** Rows on the screen; the CSV has them all. */
const SHOWN = 50;

/** @type {Record<import('./tone.js').Tone, import('./signals.js').Signal>} */
const KINDS = { good: 'good', attention: 'attention', unknown: 'attention', halt: 'bad', bad: 'bad' };

/**
 * @param {HTMLElement} main
 * @returns {() => void} ends the view
 */
export function showRapid(main) {
  const video = el('video', { playsinline: true, muted: true, 'aria-label': t('scan.picture-of-camera') });
  const last = el('p', { class: 'last', role: 'status' }, t('rapid.lead'));
  const stage = el('div', { class: 'stage', 'data-state': 'off' }, video, el('div', { class: 'finder', 'aria-hidden': 'true' }));
  const counts = el('ul', { class: 'counts' });
  const list = el('ol', { class: 'scans', reversed: true });
  /** @type {import('./camera.js').Camera | undefined} */
  let camera;
  let over = false;
  /** @type {WakeLockSentinel | undefined} */
  let awake;

  const scanned = (/** @type {string[]} */ texts) => {
    const text = chooseText(texts);
    if (!tally.isNew(text, performance.now())) return;
    const scan = tally.add(scanOf(text));
    // A second box of a good label may sound lighter; what calls for a look always does.
    give(scan.duplicate && scan.kind === 'good' ? 'again' : scan.kind);
    stage.dataset.tone = last.dataset.tone = scan.tone;
    last.replaceChildren(icon(scan.icon), el('span', {}, scan.duplicate ? `${scan.words} · ${t('rapid.again')}` : scan.words));
    list.prepend(item(scan));
    while (list.childElementCount > SHOWN) list.lastElementChild?.remove();
    count(counts);
  };

  const begin = button(t('rapid.start'), async () => {
    prepare();
    begin.hidden = true;
    try {
      camera = await start(video, scanned);
      if (over) return camera.stop();
      stage.dataset.state = 'running';
      awake = await navigator.wakeLock?.request('screen').catch(() => undefined);
      if (over) awake?.release();
    } catch (error) {
      begin.hidden = false;
      last.textContent = cameraTrouble(error);
    }
  }, 'primary start');
  begin.prepend(icon('rapid'));
  stage.append(begin);

  const clear = button(t('rapid.clear'), () => {
    tally = new Tally();
    list.replaceChildren();
    count(counts);
    announce(t('rapid.clear'));
  });
  main.replaceChildren(
    el('div', { class: 'rapid' }, el('h1', { tabindex: '-1' }, t('rapid.title')), stage, last, counts,
      el('div', { class: 'actions' }, button(t('rapid.export'), exportCsv), clear),
      el('h2', {}, t('rapid.list')), list));
  for (const scan of tally.scans.slice(-SHOWN)) list.prepend(item(scan));
  count(counts);
  return () => {
    over = true;
    camera?.stop();
    awake?.release();
  };
}

/** @param {string} text @returns {Omit<import('./tally.js').Scan, 'duplicate'>} */
function scanOf(text) {
  const { verdict, trouble } = judge(text);
  const label = verdict?.label;
  const { tone, icon: picture } = verdict ? look(verdict) : { tone: /** @type {const} */ ('unknown'), icon: /** @type {const} */ ('unknown') };
  return {
    text, at: now(), kind: KINDS[tone], tone, icon: picture,
    words: verdict ? t(headline(verdict)) : sentence(trouble ?? ''),
    code: verdict?.code ?? trouble ?? '',
    facts: factsOf(verdict),
    name: label ? `${label.names?.brand ?? ''} ${label.names?.models[0] ?? label.gtin} · ${levelName(label.scheme, label.level)}` : '',
  };
}

/** @param {HTMLElement} place */
function count(place) {
  /** @type {Array<[keyof typeof tally.counts, import('./icons.js').Icon]>} */
  const kinds = [['good', 'good'], ['attention', 'attention'], ['bad', 'bad'], ['again', 'turn']];
  place.replaceChildren(...kinds.map(([kind, picture]) =>
    el('li', { 'data-kind': kind }, icon(picture), el('strong', {}, number(tally.counts[kind])), el('span', {}, t(`rapid.${kind}`)))));
  place.dataset.total = String(tally.scans.length);
}

/** @param {import('./tally.js').Scan} scan */
function item({ words, name, duplicate, tone, code, icon: picture }) {
  return el('li', { 'data-tone': tone, 'data-duplicate': duplicate, 'data-code': code },
    icon(picture),
    el('div', {},
      el('strong', {}, words), duplicate ? el('span', { class: 'tag' }, t('rapid.again')) : null,
      name ? el('p', { class: 'soft' }, foreign(name)) : null));
}

function exportCsv() {
  const address = URL.createObjectURL(new Blob([tally.csv()], { type: 'text/csv;charset=utf-8' }));
  el('a', { href: address, download: `verilabel-${now().slice(0, 10)}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
