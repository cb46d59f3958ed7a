// The shelf of the demonstration: boxes, what is due for each, its pack, and the links that its codes carry.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { programs, scratch } from './places.mjs';
import { ready } from './browser.mjs';

export function makeShelf() {
  const folder = process.env.VERILABEL_SHELF ?? join(scratch, 'shelf');
  if (!process.env.VERILABEL_SHELF) {
    execFileSync(join(programs(), 'verilabel-demo'), ['--once', '--out', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  }
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const boxes = expected
    .filter(({ args }) => !args.includes('--market'))
    .map(({ file, code, exit }) => ({ file, code, exit, name: file.replace(/\.png$/, ''), path: join(folder, file) }));
  return {
    folder,
    boxes,
    pictures: join(folder, 'published/pictures'),
    expected,
    pack: readFileSync(join(folder, 'pack.tar.gz')),
    root: readFileSync(join(folder, 'pack/metadata/1.root.json')),
  };
}

/** Reads the links off the pictures with the page's own reader. */
export async function readLinks(page, origin, boxes) {
  await page.goto(origin);
  await ready(page);
  for (const box of boxes) {
    const bytes = readFileSync(box.path).toString('base64');
    box.link = await page.evaluate(async (base64) => {
      const base = document.querySelector('script[type=module]').src;
      const { readPicture, chooseText } = await import(new URL('picture.js', base).href);
      const file = new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/png' });
      const found = await readPicture(file);
      return found.texts ? chooseText(found.texts) : undefined;
    }, bytes);
    if (!box.link) throw new Error(`no code was read off ${box.file}`);
  }
}

/** The same link as this server's own. */
export const ownLink = (link, origin) => link.replace(/^https?:\/\/[^/]*/, origin);
