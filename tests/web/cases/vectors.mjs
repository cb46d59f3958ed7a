// The vectors of every other verifier, through the WebAssembly of the page in the browser.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { open, ready } from '../lib/browser.mjs';
import { vectors } from '../lib/places.mjs';
import { check, equal, test } from '../lib/report.mjs';
import { packOf, rootOf } from '../lib/vectors.mjs';

export async function vectorTests({ browser, server }) {
  await test('vectors: those of seals and packs give what is due', async () => {
    const { context, page } = await open(browser, server.origin);
    await page.goto(server.origin);
    await ready(page);
    const packs = {};
    const need = (name) => { packs[name] ??= { pack: packOf(name).toString('base64'), root: rootOf(name).toString('base64') }; };
    const tries = [];
    let others = 0;
    for (const name of readdirSync(vectors).sort()) {
      const folder = join(vectors, name);
      if (!existsSync(join(folder, 'expect.json'))) continue;
      const due = JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8'));
      // The page's verifier is built without credentials; Node tries those (tests/wasm).
      if (due.do === 'refuse-list' || (due.do === 'judge' && !existsSync(join(folder, 'link.txt')))) {
        others += 1;
        continue;
      }
      [due.pack, ...(due.before ?? [])].forEach(need);
      const text = due.do === 'judge' ? readFileSync(join(folder, 'link.txt'), 'utf8').replace(/\n+$/, '') : '';
      tries.push({ name, due, text });
    }
    const wrong = await page.evaluate(tryAll, { tries, packs });
    equal(wrong.join('\n'), '', 'wrong');
    check(tries.length >= 60, `only ${tries.length} vectors`);
    await context.close();
    return `${tries.length} vectors; ${others} of credentials are left to tests/wasm`;
  });
}

async function tryAll({ tries, packs }) {
  const main = document.querySelector('script[type=module]').src;
  const { default: init, Verifier } = await import(new URL('../wasm/verify.js', main).href);
  await init({ module_or_path: new URL('../wasm/verify_bg.wasm', main) });
  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const wrong = [];
  for (const { name, due, text } of tries) {
    let found;
    try {
      if (due.do === 'judge') {
        const verifier = new Verifier(bytes(packs[due.pack].root));
        verifier.accept(bytes(packs[due.pack].pack), due.at, false);
        const { market, category, minimum_level, max_status_age } = due;
        const verdict = JSON.parse(verifier.judge(text, JSON.stringify({ market, category, minimum_level, max_status_age }), due.at));
        found = `${verdict.conclusion} ${verdict.code}`;
      } else {
        const root = bytes(packs[due.pack].root);
        let memory;
        for (const earlier of due.before) {
          const verifier = new Verifier(root, memory);
          verifier.accept(bytes(packs[earlier].pack), due.at, true);
          memory = verifier.memory();
        }
        new Verifier(root, memory).accept(bytes(packs[due.pack].pack), due.at, true);
        found = 'accepted';
      }
    } catch (error) {
      found = error.name;
    }
    const expected = due.do === 'judge' ? `${due.conclusion} ${due.code}` : (due.code ?? 'accepted');
    if (found !== expected) wrong.push(`${name}: due ${expected}, found ${found}`);
  }
  return wrong;
}
