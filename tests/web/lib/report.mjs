// Names what is tried, says what passed, and goes on after a failure.

let passed = 0;
const failures = [];
const only = process.env.VERILABEL_ONLY;

/** Runs one test; a failure is told at once and at the end. */
export async function test(name, body) {
  if (only && !name.includes(only)) return;
  const began = performance.now();
  try {
    const said = await body();
    passed += 1;
    console.log(`  ok  ${name}${said ? `: ${said}` : ''} (${Math.round(performance.now() - began)} ms)`);
  } catch (error) {
    failures.push(name);
    console.log(`FAIL  ${name}: ${String(error?.stack ?? error).split('\n').slice(0, 6).join('\n      ')}`);
  }
}

/** Throws what is wrong with a claim. */
export function check(claim, otherwise) {
  if (!claim) throw new Error(otherwise);
}

export function equal(found, due, what) {
  if (found !== due) throw new Error(`${what}: due ${JSON.stringify(due)}, found ${JSON.stringify(found)}`);
}

/** The last word, and the exit code. */
export function conclude() {
  console.log(`\n${passed} passed, ${failures.length} failed${failures.length ? `: ${failures.join('; ')}` : ''}`);
  return failures.length || !passed ? 1 : 0;
}
