// A video of a box for Chromium's fake camera (MJPEG), drawn in Chromium: moving, tilted, in perspective, noisy.

import { readFileSync, writeFileSync } from 'node:fs';

/**
 * @param page any page
 * @param pictures paths of PNG files; each is shown for `frames` frames
 */
export async function film(page, pictures, path, { frames = 12, width = 1280, height = 720 } = {}) {
  const parts = [];
  for (const [at, picture] of pictures.entries()) {
    const base64 = readFileSync(picture).toString('base64');
    const shots = await page.evaluate(draw, { base64, frames, width, height, seed: at + 1 });
    parts.push(...shots.map((shot) => Buffer.from(shot, 'base64')));
  }
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

async function draw({ base64, frames, width, height, seed }) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  let state = seed * 2654435761 % 4294967296;
  const random = () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
  const shots = [];
  for (let frame = 0; frame < frames; frame += 1) {
    const phase = (frame / frames) * 2 * Math.PI;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#8a8378';
    context.fillRect(0, 0, width, height);
    // The code stands in the lower left of the picture; the hand sways around it and turns the box a little.
    const scale = 1.45 + 0.12 * Math.sin(phase);
    const angle = (7 + 3 * Math.sin(phase + seed)) * Math.PI / 180 * (seed % 2 ? 1 : -1);
    context.translate(width / 2 + 50 * Math.sin(phase), height / 2 + 24 * Math.cos(phase));
    context.rotate(angle);
    context.transform(1, 0.05, -0.08, 0.94, 0, 0);
    context.scale(scale, scale);
    context.drawImage(picture, -picture.width * 0.187, -picture.height * 0.785);
    const image = context.getImageData(0, 0, width, height);
    const shade = 0.8 + 0.1 * Math.sin(phase);
    for (let i = 0; i < image.data.length; i += 4) {
      const noise = (random() - 0.5) * 44;
      for (let c = 0; c < 3; c += 1) image.data[i + c] = image.data[i + c] * shade + 12 + noise;
    }
    context.putImageData(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.82 });
    const buffer = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (let i = 0; i < buffer.length; i += 32768) text += String.fromCharCode(...buffer.subarray(i, i + 32768));
    shots.push(btoa(text));
  }
  return shots;
}

export const FAKE_CAMERA = [
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required',
];

export const fakeCamera = (path) => [...FAKE_CAMERA, `--use-file-for-fake-video-capture=${path}`];
