/** The camera: the rear one first, another on demand, its light where it has one; and the codes that it sees. */

import { t } from './i18n.js';
import { makeReader } from './reader.js';

/**
 * @typedef {object} Camera
 * @property {() => void} stop
 * @property {() => Promise<void>} turn to the next camera, unless that is under way
 * @property {() => Promise<boolean>} light on or off; gives whether it is on
 * @property {() => boolean} hasLight
 * @property {() => Promise<boolean>} hasAnother
 */

/** What {@link start} refuses with. @typedef {'no-camera' | 'camera-refused' | 'camera-busy'} CameraTrouble */

/**
 * @param {HTMLVideoElement} video
 * @param {(texts: string[]) => void} seen for each frame with codes
 * @returns {Promise<Camera>}
 */
export async function start(video, seen) {
  if (!navigator.mediaDevices?.getUserMedia) throw trouble('no-camera');
  let stream = await open({ facingMode: { ideal: 'environment' } });
  const end = () => stream.getTracks().forEach((one) => one.stop());
  const reader = await makeReader().catch((error) => {
    end();
    throw error;
  });
  let running = true;
  let turning = false;
  let lit = false;
  let frames = 0;

  const attach = async () => {
    video.srcObject = stream;
    await video.play().catch(() => undefined);
  };
  const track = () => stream.getVideoTracks()[0];

  const look = async () => {
    while (running) {
      if (!document.hidden && video.readyState >= 2) {
        const texts = await reader.frame(video).catch(() => []);
        if (running && texts.length) seen(texts);
        video.dataset.frames = String((frames += 1));
      }
      await nextFrame(video);
    }
  };

  await attach();
  look();
  return {
    stop: () => {
      running = false;
      end();
      reader.close();
      video.srcObject = null;
    },
    turn: async () => {
      if (turning) return;
      turning = true;
      try {
        const cameras = await list();
        if (!running) return;
        const at = cameras.findIndex(({ deviceId }) => deviceId === track().getSettings().deviceId);
        const next = cameras[(at + 1) % cameras.length];
        end();
        stream = await open({ deviceId: { exact: next.deviceId } });
        // Whoever left meanwhile stopped the camera before.
        if (!running) return end();
        lit = false;
        await attach();
      } finally {
        turning = false;
      }
    },
    light: async () => {
      await track().applyConstraints(/** @type {any} */ ({ advanced: [{ torch: !lit }] }));
      return (lit = !lit);
    },
    hasLight: () => Boolean(/** @type {any} */ (track().getCapabilities?.())?.torch),
    hasAnother: async () => (await list()).length > 1,
  };
}

async function list() {
  return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
}

/** @param {MediaTrackConstraints} which */
async function open(which) {
  try {
    const video = { width: { ideal: 1280 }, height: { ideal: 720 }, ...which };
    return await navigator.mediaDevices.getUserMedia({ audio: false, video });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError' || name === 'SecurityError') throw trouble('camera-refused');
    throw trouble(name === 'NotReadableError' ? 'camera-busy' : 'no-camera');
  }
}

/** @param {CameraTrouble} name */
function trouble(name) {
  return Object.assign(new Error(name), { name });
}

/** What is said of an error of {@link start} or of a turn. @param {unknown} error */
export function cameraTrouble(error) {
  const name = error instanceof Error ? error.name : '';
  return t(`camera.${['camera-refused', 'camera-busy'].includes(name) ? name : 'no-camera'}`);
}

/** @param {HTMLVideoElement} video @returns {Promise<void>} */
function nextFrame(video) {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 250);
    const now = () => {
      clearTimeout(late);
      resolve();
    };
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(now);
    else requestAnimationFrame(now);
  });
}
