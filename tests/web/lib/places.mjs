// Where things are.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const repository = resolve(here, '../..');
export const sources = join(repository, 'verifier-web/app');
export const vectors = join(repository, 'tests/vectors');

function due(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set (docs/web.md)`);
  return resolve(value);
}

export const programs = () => due('VERILABEL_PROGRAMS');
export const app = () => due('VERILABEL_APP');

export function out() {
  const folder = resolve(process.env.VERILABEL_OUT ?? join(repository, 'out/web'));
  mkdirSync(folder, { recursive: true });
  return folder;
}

export const scratch = mkdtempSync(join(tmpdir(), 'verilabel-web-'));
