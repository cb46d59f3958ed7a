/** Texts of the QR codes in a picture or a frame: by the browser's own reader, else by ours in a worker. */

import { scriptUrl } from './trusted.js';

/** Longest side of what our reader gets to see of a frame, in pixels. */
const FRAME = 1280;
/** Longest side of a picture. */
const PICTURE = 4096;
/**
 * How long our reader may look at a frame: another one follows. Where that is too short for this device to come to
 * what it should try, some frames get as long as it takes.
 */
const FRAME_MILLISECONDS = 90;
const LONG_MILLISECONDS = 900;
/** In vain, before one gets longer. */
const SHORT_FRAMES = 7;

/**
 * @typedef {object} Reader
 * @property {(video: HTMLVideoElement) => Promise<string[]>} frame
 * @property {(bitmap: ImageBitmap) => Promise<string[]>} picture
 * @property {() => void} close
 */

/** @returns {Promise<Reader>} */
export async function makeReader() {
  const own = ourReader();
  const native = await browserReader();
  if (!native) return own;
  // The browser's reader is quick. Where it finds nothing in a picture, ours looks again, and more thoroughly.
  return {
    frame: (video) => native(video),
    picture: async (bitmap) => {
      const found = await native(bitmap).catch(() => []);
      return found.length ? found : own.picture(bitmap);
    },
    close: own.close,
  };
}

/** @returns {Promise<((source: any) => Promise<string[]>) | undefined>} */
async function browserReader() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  try {
    if (!Detector || !(await Detector.getSupportedFormats()).includes('qr_code')) return undefined;
    const detector = new Detector({ formats: ['qr_code'] });
    return async (source) => (await detector.detect(source)).map((/** @type {any} */ code) => code.rawValue);
  } catch {
    return undefined;
  }
}

/** @returns {Reader} */
function ourReader() {
  /** @type {Worker | undefined} */
  let worker;
  /** @type {Map<number, {resolve: (texts: string[]) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let last = 0;
  let vain = 0;

  const start = () => {
    const started = new Worker(scriptUrl(new URL('./reader-worker.js', import.meta.url)), { type: 'module' });
    started.onmessage = ({ data }) => {
      const asked = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.refused) asked?.reject(Object.assign(new Error(data.refused), { name: data.refused }));
      else asked?.resolve(JSON.parse(data.found).map((/** @type {{text: string}} */ one) => one.text));
    };
    started.onerror = () => {
      for (const { reject } of waiting.values()) reject(Object.assign(new Error(), { name: 'no-reader' }));
      waiting.clear();
    };
    return started;
  };

  /**
   * @param {CanvasImageSource} source
   * @param {number} width
   * @param {number} height
   * @param {number} most
   * @param {number} [milliseconds]
   * @returns {Promise<string[]>}
   */
  const look = (source, width, height, most, milliseconds) => {
    if (!context || !width || !height) return Promise.resolve([]);
    const scale = Math.min(1, most / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    worker ??= start();
    const id = (last += 1);
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      const job = { id, pixels: data.buffer, width: canvas.width, height: canvas.height, milliseconds };
      worker?.postMessage(job, [data.buffer]);
    });
  };

  return {
    frame: async (video) => {
      const long = vain >= SHORT_FRAMES;
      const found = await look(video, video.videoWidth, video.videoHeight, FRAME, long ? LONG_MILLISECONDS : FRAME_MILLISECONDS);
      vain = found.length || long ? 0 : vain + 1;
      return found;
    },
    picture: async (bitmap) => {
      const found = await look(bitmap, bitmap.width, bitmap.height, PICTURE);
      return found.length || Math.max(bitmap.width, bitmap.height) <= 1600
        ? found : look(bitmap, bitmap.width, bitmap.height, 1600);
    },
    close: () => worker?.terminate(),
  };
}
