/** What is kept between visits: root, memory, pack. One IndexedDB store, written in one transaction. */

const NAME = 'verilabel';
const STORE = 'kept';

/**
 * @typedef {object} Kept
 * @property {Uint8Array} [root] the pinned root metadata
 * @property {string} [memory] what the verifier remembers of the packs that it accepted
 * @property {Uint8Array} [pack] the bytes of pack.tar.gz
 * @property {string} [etag] of those bytes
 */

/** @type {Promise<IDBDatabase> | undefined} */
let opening;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

/** @returns {Promise<Kept>} */
export async function readKept() {
  const store = (await database()).transaction(STORE).objectStore(STORE);
  /** @type {Array<keyof Kept>} */
  const names = ['root', 'memory', 'pack', 'etag'];
  const values = await Promise.all(names.map((name) => finished(store.get(name))));
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

/**
 * Writes all of it or nothing, and resolves once it is durable.
 * @param {Kept} kept
 */
export async function keep(kept) {
  const transaction = (await database()).transaction(STORE, 'readwrite', { durability: 'strict' });
  for (const [name, value] of Object.entries(kept)) transaction.objectStore(STORE).put(value, name);
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
