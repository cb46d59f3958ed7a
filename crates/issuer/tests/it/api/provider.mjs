import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

// One process is a provider for tests: machine clients with a secret get JWTs for a resource of their choice.
// It lives in the authority's time, whose first second it is told: a test does not depend on the day.
const clock = Date.now;
const behind = clock() - Number(process.argv[2]) * 1000;
Date.now = () => clock() - behind;

const jwk = (type, options, alg, kid) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, kid, use: 'sig' };
};
const keys = [
  jwk('ec', { namedCurve: 'P-256' }, 'ES256', 'es'),
  jwk('ed25519', {}, 'EdDSA', 'ed'),
  jwk('rsa', { modulusLength: 2048 }, 'RS256', 'rs'),
];
const client = (id) => ({
  client_id: id,
  client_secret: 'for tests only, and of no use elsewhere',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'client_secret_post',
});
const roles = { olga: ['officer'], anna: ['issuance-board'], nobody: ['guest'] };
const resource = (indicator) => {
  const { searchParams } = new URL(indicator);
  return {
    scope: '',
    audience: indicator.split('?')[0],
    accessTokenFormat: 'jwt',
    accessTokenTTL: Number(searchParams.get('ttl') ?? 600),
    jwt: { sign: { alg: searchParams.get('alg') ?? 'ES256' } },
  };
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: Object.keys(roles).map(client),
    jwks: { keys },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://authority.example.sg/',
        getResourceServerInfo: (context, indicator) => resource(indicator),
      },
    },
    extraTokenClaims: (context, token) => ({ roles: roles[token.clientId] }),
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'EdDSA', 'RS256'] },
  });
  const answer = provider.callback();
  let fetches = 0;
  server.on('request', (request, response) => {
    if (request.url === '/jwks') fetches += 1;
    if (request.url === '/fetches') response.end(String(fetches));
    else answer(request, response);
  });
  process.stdout.write(`${issuer}\n`);
});
// The test that started this ends it by closing its input.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
