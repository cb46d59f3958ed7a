// The vectors' packs and what clients of each pin.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { firstRoot } from '../../wasm/packs.mjs';
import { vectors } from './places.mjs';

export const packOf = (name) => readFileSync(join(vectors, 'packs', `${name}.tar.gz`));
export const rootOf = (name) => firstRoot(packOf(name));
