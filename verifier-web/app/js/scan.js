/** The way in: camera, picture, paste, drop, or a typed link. */

import { announce } from './announce.js';
import { cameraTrouble, start } from './camera.js';
import { button, el } from './dom.js';
import { t } from './i18n.js';
import { icon } from './icons.js';
import { chooseText, readPicture } from './picture.js';
import { sentence } from './troubles.js';

/**
 * @param {HTMLElement} main
 * @param {import('./views.js').Go} go
 * @returns {() => void} ends the view
 */
export function showScan(main, go) {
  const said = el('p', { class: 'said', role: 'status' });
  const video = el('video', { playsinline: true, muted: true, 'aria-label': t('scan.picture-of-camera') });
  const frame = el('div', { class: 'finder', 'aria-hidden': 'true' });
  const extra = el('div', { class: 'extra' });
  const stage = el('div', { class: 'stage' }, video, frame, extra);
  /** @type {import('./camera.js').Camera | undefined} */
  let camera;
  let over = false;

  const found = (/** @type {string[]} */ texts) => {
    if (over) return;
    over = true;
    navigator.vibrate?.(30);
    go('card', chooseText(texts));
  };
  const say = (/** @type {string} */ text) => {
    said.textContent = text;
    announce(text);
  };

  const startCamera = async () => {
    if (over || open.hidden) return;
    open.hidden = true;
    stage.dataset.state = 'waiting';
    try {
      camera = await start(video, found);
      if (over) return camera.stop();
      stage.dataset.state = 'running';
      say(t('scan.hold'));
      await addExtras(extra, camera, fail);
    } catch (error) {
      fail(error);
    }
  };
  const fail = (/** @type {unknown} */ error) => {
    camera?.stop();
    if (over) return;
    extra.replaceChildren();
    open.hidden = false;
    stage.dataset.state = 'off';
    say(cameraTrouble(error));
  };

  const judgeFile = async (/** @type {Blob} */ file) => {
    say(t('scan.reading'));
    const result = await readPicture(file);
    if (over) return;
    if ('texts' in result) found(result.texts);
    else say(sentence(result.trouble));
  };

  const open = button(t('scan.start'), startCamera, 'primary start');
  open.prepend(icon('camera'));
  stage.append(open);
  stage.dataset.state = 'off';
  main.replaceChildren(
    el('div', { class: 'scan' },
      el('h1', { tabindex: '-1' }, t('scan.title')),
      el('p', { class: 'lead' }, t('scan.lead')),
      stage, said, files(judgeFile), typed((text) => found([text])),
      el('p', { class: 'soft privacy' }, t('scan.privacy'))));
  const listening = takePasteAndDrop(main, judgeFile, (text) => found([text]));
  startIfAllowed(startCamera);
  return () => {
    over = true;
    camera?.stop();
    listening.abort();
  };
}

/** Who allowed the camera before need not touch anything. @param {() => void} startCamera */
async function startIfAllowed(startCamera) {
  const state = await navigator.permissions?.query({ name: /** @type {any} */ ('camera') }).catch(() => undefined);
  if (state?.state === 'granted') startCamera();
}

/**
 * @param {HTMLElement} place
 * @param {import('./camera.js').Camera} camera
 * @param {(error: unknown) => void} fail
 */
async function addExtras(place, camera, fail) {
  if (await camera.hasAnother()) {
    const turn = button(t('camera.turn'), () => camera.turn().catch(fail), 'round');
    turn.prepend(icon('turn'));
    place.append(turn);
  }
  if (camera.hasLight()) {
    const light = button(t('camera.light'), () => camera.light().then((lit) => light.setAttribute('aria-pressed', String(lit)), () => undefined), 'round');
    light.setAttribute('aria-pressed', 'false');
    light.prepend(icon('torch'));
    place.append(light);
  }
}

/** @param {(file: Blob) => void} take */
function files(take) {
  const input = el('input', { type: 'file', accept: 'image/*', class: 'hidden', onchange: () => input.files?.[0] && take(input.files[0]) });
  return el('label', { class: 'button file' }, icon('picture'), t('scan.file'), input);
}

/** @param {(text: string) => void} judge */
function typed(judge) {
  const input = el('input', { type: 'text', inputmode: 'url', autocomplete: 'off', spellcheck: 'false', maxlength: 7089, placeholder: 'https://' });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text) judge(text);
    else input.focus();
  };
  return el('form', { class: 'typed', onsubmit: submit },
    el('label', { class: 'field' }, el('span', {}, t('scan.link')), input),
    el('button', { class: 'button' }, t('scan.check')));
}

/**
 * @param {HTMLElement} main
 * @param {(file: Blob) => void} takeFile
 * @param {(text: string) => void} takeText
 */
function takePasteAndDrop(main, takeFile, takeText) {
  const control = new AbortController();
  const { signal } = control;
  const take = (/** @type {DataTransfer | null} */ data) => {
    const file = [...(data?.files ?? [])][0];
    const text = data?.getData('text/plain').trim();
    if (file) takeFile(file);
    else if (text) takeText(text);
    return Boolean(file || text);
  };
  document.addEventListener('paste', (event) => {
    if (event.target instanceof HTMLInputElement && !event.clipboardData?.files.length) return;
    if (take(event.clipboardData)) event.preventDefault();
  }, { signal });
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    main.dataset.drop = 'over';
  }, { signal });
  document.addEventListener('dragleave', () => delete main.dataset.drop, { signal });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    delete main.dataset.drop;
    take(event.dataTransfer);
  }, { signal });
  return control;
}
