// What the server says beside the files.

import { check, equal, test } from '../lib/report.mjs';

export async function headerTests({ server }) {
  await test('headers: policy, no sniffing, no referrer, permissions; what is hashed stays, what changes does not', async () => {
    const page = await fetch(server.origin);
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"]) {
      check(policy.includes(part), `the policy lacks ${part}: ${policy}`);
    }
    check(!/unsafe-inline|'unsafe-eval'|https?:|\*/.test(policy), `the policy allows too much: ${policy}`);
    equal(page.headers.get('x-content-type-options'), 'nosniff', 'nosniff');
    equal(page.headers.get('referrer-policy'), 'no-referrer', 'referrer');
    check(/camera=\(self\)/.test(page.headers.get('permissions-policy') ?? ''), 'the camera is not granted');
    check(/geolocation=\(\)/.test(page.headers.get('permissions-policy') ?? ''), 'geolocation is granted');
    equal(page.headers.get('set-cookie'), null, 'cookies');
    const main = (await page.text()).match(/src="(\/app\/[^"]+main\.js)"/)[1];
    const script = await fetch(server.origin + main, { headers: { 'accept-encoding': 'br' } });
    check(/immutable/.test(script.headers.get('cache-control')), 'modules are not immutable');
    check(/javascript/.test(script.headers.get('content-type')), 'modules have another type');
    equal(script.headers.get('content-encoding'), 'br', 'coding of modules');
    const pack = await fetch(`${server.origin}/pack.tar.gz`);
    check(/no-cache/.test(pack.headers.get('cache-control')), 'the pack is cached');
    const again = await fetch(`${server.origin}/pack.tar.gz`, { headers: { 'if-none-match': pack.headers.get('etag') } });
    equal(again.status, 304, 'an unchanged pack');
    equal((await fetch(`${server.origin}/01/09520000000035`)).status, 200, 'the page on a label link');
  });
}
