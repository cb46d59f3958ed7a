/** The one door for scripts by address and for markup: the verifier's drawing and this page's own workers. */

/** @type {{createScriptURL(url: string): any, createHTML(text: string): any}} */
const plain = { createScriptURL: (url) => url, createHTML: (text) => text };

const factory = /** @type {any} */ (globalThis).trustedTypes;
const policy = factory
  ? factory.createPolicy('verilabel', { createScriptURL: ownScript, createHTML: (/** @type {string} */ text) => text })
  : plain;

/** @param {string} address */
function ownScript(address) {
  if (new URL(address, location.href).origin !== location.origin) throw new TypeError('a script of another origin');
  return address;
}

/** @param {URL | string} address */
export function scriptUrl(address) {
  return policy.createScriptURL(String(address));
}

/**
 * A drawing that the verifier made. It is parsed as XML, never as HTML, and scripts in it would not run.
 * @param {string} text
 */
export function drawing(text) {
  const parsed = new DOMParser().parseFromString(policy.createHTML(text), 'image/svg+xml');
  return document.importNode(parsed.documentElement, true);
}
