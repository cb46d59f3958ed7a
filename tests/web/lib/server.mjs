// The real server, over a publication folder that a test may change.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { app, programs, scratch } from './places.mjs';

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

/** Starts to serve, at a port of its own. */
export async function serve(folder) {
  const child = spawn(join(programs(), 'verilabel-web'), [
    '--app', app(), '--publication', folder, '--root', join(folder, 'root.json'), '--listen', '127.0.0.1:0',
  ], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = [];
  const origin = await new Promise((resolve, reject) => {
    child.once('error', reject);
    createInterface(child.stderr).on('line', (line) => {
      said.push(line);
      const at = line.includes('listening') && line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (at) resolve(at);
    });
    ended.then((code) => reject(new Error(`the server ended with ${code}: ${said.join('\n').slice(-600)}`)));
  });
  return { origin, stop: () => (child.kill('SIGKILL'), ended) };
}
