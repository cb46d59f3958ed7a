// Every vector of tests/vectors through the verifier as WebAssembly: node vectors.mjs MODULE VECTORS
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

import { firstRoot } from './packs.mjs';

const [module, vectors] = process.argv.slice(2);
const { Verifier } = createRequire(import.meta.url)(resolve(module));

const pack = (name) => readFileSync(join(vectors, 'packs', `${name}.tar.gz`));
const text = (path) => readFileSync(path, 'utf8');

/** What a call gives, or the code of its refusal. */
function outcome(call) {
  try {
    return call() ?? 'accepted';
  } catch (error) {
    return error.name;
  }
}

function opened({ pack: name, at }) {
  const verifier = new Verifier(firstRoot(pack(name)));
  verifier.accept(pack(name), at, false);
  return verifier;
}

function statusLists(folder) {
  const lists = [];
  for (let n = 1; existsSync(join(folder, `status-list-${n}.jwt`)); n += 1) {
    lists.push(text(join(folder, `status-list-${n}.jwt`)));
  }
  return lists;
}

function judge(folder, due) {
  const file = ['link.txt', 'credential.jwt'].map((name) => join(folder, name)).find(existsSync);
  const { market, category, minimum_level, max_status_age } = due;
  const asked = { market, category, minimum_level, max_status_age, status_lists: statusLists(folder) };
  const report = opened(due).judge(text(file).replace(/\n+$/, ''), JSON.stringify(asked), due.at);
  const verdict = JSON.parse(report);
  return `${verdict.conclusion} ${verdict.code}`;
}

function refuseList(folder, due) {
  const asked = JSON.stringify({ status_lists: statusLists(folder).slice(0, 1) });
  return outcome(() => (opened(due).judge('', asked, due.at), 'accepted'));
}

/** What is remembered passes from one verifier to the next, as from one visit of a page to the next. */
function update(due) {
  const root = firstRoot(pack(due.pack));
  let memory;
  for (const earlier of due.before) {
    const verifier = new Verifier(root, memory);
    verifier.accept(pack(earlier), due.at, true);
    memory = verifier.memory();
  }
  return outcome(() => new Verifier(root, memory).accept(pack(due.pack), due.at, true));
}

const wrong = [];
let tried = 0;
for (const name of readdirSync(vectors).sort()) {
  const folder = join(vectors, name);
  if (!existsSync(join(folder, 'expect.json'))) continue;
  const due = JSON.parse(text(join(folder, 'expect.json')));
  const [expected, found] = {
    judge: () => [`${due.conclusion} ${due.code}`, judge(folder, due)],
    'refuse-list': () => [due.code, refuseList(folder, due)],
    update: () => [due.code ?? 'accepted', update(due)],
  }[due.do]();
  tried += 1;
  if (expected !== found) wrong.push(`${name}: due ${expected}, found ${found}`);
}
console.log(`${tried - wrong.length} of ${tried} vectors give what is due`);
wrong.forEach((line) => console.error(line));
process.exit(wrong.length === 0 && tried >= 60 ? 0 : 1);
