// The real server, over a publication folder that a test may change.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { app, programs, scratch } from './places.mjs';

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

/** A folder with one trust pack, and with the pictures of products where they are given. */
export function publication(pack, root, pictures) {
  const folder = mkdtempSync(join(scratch, 'publication-'));
  mkdirSync(join(folder, 'pack/metadata'), { recursive: true });
  writeFileSync(join(folder, 'pack/metadata/1.root.json'), root);
  writeFileSync(join(folder, 'root.json'), root);
  if (pictures) cpSync(pictures, join(folder, 'pictures'), { recursive: true });
  publish(folder, pack);
  return folder;
}

/** Replaces the pack as publishers do: whole. */
export function publish(folder, pack) {
  writeFileSync(join(folder, 'pack.new'), pack);
  renameSync(join(folder, 'pack.new'), join(folder, 'pack.tar.gz'));
}

export async function serve(folder, { port } = {}) {
  const at = port ?? (await freePort());
  const origin = `http://127.0.0.1:${at}`;
  const child = spawn(join(programs(), 'verilabel-web'), [
    '--app', app(), '--publication', folder, '--root', join(folder, 'root.json'), '--listen', `127.0.0.1:${at}`,
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (bytes) => { log += bytes; });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(`${origin}/healthz`).catch(() => undefined);
    if (answer?.ok) return { origin, port: at, stop: () => (child.kill('SIGKILL'), ended) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start: ${log.slice(-600)}`);
}

