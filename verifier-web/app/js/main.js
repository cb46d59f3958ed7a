/** Begins: language and verifier at once, then the view that the address asks for, then everything for offline. */

import { LANGUAGES, preferred, t, use } from './i18n.js';
import { workOffline } from './offline.js';
import { applyTheme, preferences, prefer } from './preferences.js';
import { currentTroubles, onChange, open, packInfo, update } from './session.js';
import { troubleList } from './troubles.js';
import { begin, refresh, show } from './views.js';

async function start() {
  applyTheme();
  const language = use(preferred(preferences().language)).then(frame);
  const opened = open();
  await language;
  await begin(changeLanguage);
  await opened;
  shown();
  onChange(shown);
  document.documentElement.dataset.ready = 'yes';
  await workOffline();
  await updateInBackground();
}

/** What is newer on the server, once the first verdict stands. */
async function updateInBackground() {
  if (!packInfo() || !navigator.onLine) return;
  if ((await update()) === 'new') refresh();
}

/** What is wrong, above whatever is shown. */
function shown() {
  const place = document.querySelector('#troubles');
  const alone = document.querySelector('main [data-trouble]');
  place?.replaceChildren(...(alone ? [] : troubleList()));
  document.documentElement.dataset.troubles = currentTroubles().join(' ');
}

/** The words around every view. */
function frame() {
  const skip = document.querySelector('#skip');
  if (skip) skip.textContent = t('nav.skip');
  const wait = document.querySelector('#wait');
  if (wait) wait.textContent = t('wait');
}

/** @param {string} name */
async function changeLanguage(name) {
  prefer({ language: name });
  await use(/** @type {keyof typeof LANGUAGES} */ (name)).catch(() => undefined);
  frame();
  shown();
  await show();
}

start();
