/** Reads codes beside the page, where the browser has no reader of its own. */

import init, { read } from '../wasm/read.js';

const ready = init({ module_or_path: new URL('../wasm/read_bg.wasm', import.meta.url) });

/** @typedef {{id: number, pixels: ArrayBuffer, width: number, height: number, milliseconds?: number}} Job */

addEventListener('message', async (/** @type {MessageEvent<Job>} */ event) => {
  const { id, pixels, width, height, milliseconds } = event.data;
  try {
    await ready;
    postMessage({ id, found: read(new Uint8Array(pixels), width, height, milliseconds) });
  } catch (error) {
    postMessage({ id, refused: error instanceof Error ? error.name : 'unknown' });
  }
});
