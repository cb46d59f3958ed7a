/** Elements without markup in strings: nothing that a label says is ever parsed as HTML. */

/**
 * @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Value
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * An element. A member that begins with `on` is a listener; `true` is an empty attribute; what is false is left out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, Value>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/**
 * What somebody else wrote: its direction stays its own.
 * @param {string} text
 */
export function foreign(text) {
  return el('bdi', {}, text);
}

/**
 * What stands only in English wherever it is shown.
 * @param {string} text
 */
export function english(text) {
  return el('span', { lang: 'en', dir: 'ltr' }, text);
}

/**
 * @param {string} label
 * @param {() => void} action
 * @param {string} [kind]
 */
export function button(label, action, kind = '') {
  return el('button', { type: 'button', class: `button ${kind}`.trim(), onclick: () => action() }, label);
}

/**
 * Terms with what is said of them; terms with nothing are left out.
 * @param {Array<[string, Child]>} rows
 */
export function terms(rows) {
  const list = el('dl', { class: 'terms' });
  for (const [term, said] of rows) {
    if (said) list.append(el('div', {}, el('dt', {}, term), el('dd', {}, said)));
  }
  return list;
}

/**
 * A drop-down list with its label.
 * @param {string} label
 * @param {Array<[string, string, string?]>} options value, text, and the text's language if it is another
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function choice(label, options, chosen, choose) {
  const select = el('select', { onchange: () => choose(select.value) });
  for (const [value, text, lang] of options) {
    select.append(el('option', { value, lang, selected: value === chosen }, text));
  }
  return el('label', { class: 'field' }, el('span', {}, label), select);
}

/**
 * A stylesheet that only some views need. Resolves once it applies, or cannot.
 * @param {string} name
 * @returns {Promise<void>}
 */
export function stylesheet(name) {
  const href = new URL(`../css/${name}.css`, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve) => {
    document.head.append(el('link', { rel: 'stylesheet', href, onload: () => resolve(), onerror: () => resolve() }));
  });
}
