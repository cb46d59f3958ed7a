/** The service worker: everything that this page needs is on the device after the first visit. */

import { currentLanguage } from './i18n.js';
import { scriptUrl } from './trusted.js';

/** Starts keeping the page, and marks the document once all of it is there (`data-offline="ready"`). */
export async function workOffline() {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(scriptUrl('/sw.js'));
    const registration = await navigator.serviceWorker.ready;
    navigator.serviceWorker.addEventListener('message', (event) => {
      if (event.data?.kind === 'kept') document.documentElement.dataset.offline = 'ready';
    });
    const ask = () => registration.active?.postMessage({ kind: 'keep-the-rest', language: currentLanguage() });
    if ('requestIdleCallback' in window) requestIdleCallback(ask, { timeout: 3000 });
    else setTimeout(ask, 1000);
  } catch {
    // Refused, as in some private modes: the page works as long as it is open.
  }
}
