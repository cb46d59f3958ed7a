// Types, messages and codes: what can be seen without a browser.

import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { here, repository, sources } from '../lib/places.mjs';
import { check, equal, test } from '../lib/report.mjs';

const languages = () => readdirSync(join(sources, 'i18n')).map((file) => file.replace('.json', ''));
const messages = (language) => JSON.parse(readFileSync(join(sources, 'i18n', `${language}.json`), 'utf8'));
const modules = () => readdirSync(join(sources, 'js')).map((file) => readFileSync(join(sources, 'js', file), 'utf8'));

/** Sections of docs/codes.md whose codes can reach the page. */
const SECTIONS = ['Link', 'Seal and status list token', 'Label credential and status list credential', 'Issuer and key',
  'Standing, level, demands', 'Trust pack', 'Pictures', 'The verifier as WebAssembly'];

function section(name) {
  const text = readFileSync(join(repository, 'docs/codes.md'), 'utf8');
  const start = text.indexOf(`## ${name}\n`);
  check(start >= 0, `docs/codes.md has no section ${name}`);
  const body = text.slice(start, text.indexOf('\n## ', start + 4) + 1 || undefined);
  return [...body.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code));
}

function reasons() {
  const text = readFileSync(join(repository, 'docs/spec/register.md'), 'utf8');
  const table = text.slice(text.indexOf('Consider each row'), text.indexOf('A row without a reason'));
  return [...table.matchAll(/^\| \d* \| `([^`]+)`/gm)].map(([, code]) => code).concat('unknown-market', 'unknown-scheme', 'unknown-level', 'no-arrangement');
}

export async function textTests() {
  await test('types: tsc --strict finds nothing', () => {
    for (const project of ['tsconfig.json', 'tsconfig.worker.json']) {
      execFileSync(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '-p', join(here, project)], { encoding: 'utf8' });
    }
  });

  await test('pictures: each is fetched among eight others at least, always the same ones', async () => {
    const { among } = await import(`data:text/javascript,${encodeURIComponent(readFileSync(join(sources, 'js/among.js'), 'utf8'))}`);
    for (const count of [1, 8, 17, 64, 300, 3000]) {
      const all = Array.from({ length: count }, (_, n) => `pictures/${createHash('sha256').update(`picture ${n}`).digest('hex')}.png`);
      const most = [];
      for (const path of all.slice(0, 64)) {
        const group = among(path, [...all, ...all]);
        check(group.includes(path) && new Set(group).size === group.length, `${count}: it is not among them, or one is twice`);
        check(group.length > 8 || group.length === count, `${count}: ${group.length} are fetched`);
        for (const other of group.slice(0, 3)) equal(among(other, all).join(), group.join(), `${count}: the same for others`);
        most.push(group.length);
      }
      check(Math.max(...most) < 80, `${count}: ${Math.max(...most)} are fetched`);
    }
  });

  await test('messages: every language has the same keys and placeholders, and the plurals that it needs', () => {
    const due = messages('en');
    const plurals = new Set(Object.keys(due).filter((key) => key.endsWith('.other')).map((key) => key.replace(/\.other$/, '')));
    const base = (set) => new Set(Object.keys(set).map((key) => key.replace(/\.(zero|one|two|few|many|other)$/, (form, _, at) => plurals.has(key.slice(0, at)) ? '.#' : form)));
    const holders = (text) => [...new Set(text.match(/\{\w+\}/g))].sort().join(' ');
    equal(languages().length, 8, 'languages');
    for (const language of languages()) {
      const found = messages(language);
      equal([...base(found)].sort().join('\n'), [...base(due)].sort().join('\n'), `keys of ${language}`);
      for (const name of plurals) {
        for (const form of new Intl.PluralRules(language).resolvedOptions().pluralCategories) check(found[`${name}.${form}`], `${language} lacks ${name}.${form}`);
      }
      for (const [key, text] of Object.entries(found)) {
        check(text.trim(), `${language} ${key} is empty`);
        equal(holders(text), holders(due[key] ?? due[key.replace(/\.\w+$/, '.other')]), `placeholders of ${language} ${key}`);
      }
    }
    return `${Object.keys(due).length} messages in ${languages().length} languages`;
  });

  await test('messages: each that the modules ask for by name exists', () => {
    const due = messages('en');
    const asked = modules().flatMap((text) => [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key));
    const missing = [...new Set(asked)].filter((key) => !(key in due));
    equal(missing.join(' '), '', 'missing');
  });

  await test('codes: every code that can reach the page has a sentence', async () => {
    const { messageOf } = await import(join(sources, 'js/codes.js'));
    const due = messages('en');
    const codes = [...SECTIONS.flatMap(section), ...reasons(), 'no-wasm', 'no-storage', 'clock'];
    check(codes.length > 120, `only ${codes.length} codes were found`);
    // These stand in details alone, or are a slip of the page's own.
    const bare = new Set(['level-stated', 'question', 'not-authentic']);
    const missing = codes.filter((code) => !bare.has(code) && (!due[messageOf(code)] || messageOf(code) === 'code.unknown'));
    equal(missing.join(' '), '', 'without a sentence');
    const notes = section('Notes').filter((code) => !due[`note.${code}`]);
    equal(notes.join(' '), '', 'notes without a sentence');
    const unexplained = reasons().filter((code) => !due[`reason.${code}`]);
    equal(unexplained.join(' '), '', 'reasons without a sentence');
    return `${codes.length} codes`;
  });

  await test('register: every text of the register that cards show is translated', () => {
    const due = messages('en');
    const register = JSON.parse(readFileSync(join(repository, 'crates/recognition/data/register.json'), 'utf8'));
    const texts = [
      ...register.schemes.flatMap(({ levels }) => levels.map(({ meaning }) => meaning)),
      ...register.categories.map(({ name }) => name),
      ...register.arrangements.flatMap(({ rows }) => rows.flatMap(({ conditions }) => conditions)),
    ];
    equal(texts.filter((text) => !due[`register.${text}`]).join('\n'), '', 'untranslated');
    equal(Object.keys(due).filter((key) => key.startsWith('register.') && !texts.includes(key.slice(9))).join('\n'), '', 'no longer in the register');
  });

  await test('sources: no markup from strings, no inline style, no address of elsewhere', () => {
    for (const text of modules()) {
      const slips = text.match(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?:\/\/(?!www\.w3\.org)[a-z]/g);
      check(!slips, `found ${slips}`);
    }
    const page = readFileSync(join(sources, 'index.html'), 'utf8');
    check(!/ style=|<style|<script>| on\w+=/.test(page), 'index.html has inline code');
  });
}
