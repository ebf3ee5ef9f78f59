import { referencesOf } from '../../../src/core/examine/types';
import { postgresSpec, spec } from '../plan/fixtures';

const MATERIALIZE = { ref: 'env:N2M_SECRET_MATERIALIZE_URL', path: 'materialize.url', purpose: 'materialize-url' };

test('a file of a Neon project refers to two secrets at least', () => {
  expect(referencesOf(spec)).toEqual([
    { ref: 'env:N2M_SECRET_NEON_API_KEY', path: 'source.apiKey', purpose: 'api-key' },
    MATERIALIZE,
  ]);
});

test('a file of another Postgres, with all it may refer to, in the order of the file', () => {
  const role = { name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE' } as const;
  const alerts = [
    { kind: 'slack' as const, url: 'env:N2M_SECRET_SLACK' as const, signingKey: null },
    { kind: 'webhook' as const, url: 'env:N2M_SECRET_HOOK' as const, signingKey: 'env:N2M_SECRET_KEY' as const },
  ];
  const all = { ...postgresSpec({ role }), alerts };
  expect(referencesOf({ ...all, watch: { ...all.watch, pingUrl: 'env:N2M_SECRET_PING' } })).toEqual([
    { ref: 'env:N2M_SECRET_SOURCE_URL', path: 'source.url', purpose: 'postgres-url' },
    { ref: 'env:N2M_SECRET_ROLE', path: 'source.role.password', purpose: 'role-password' },
    MATERIALIZE,
    { ref: 'env:N2M_SECRET_PING', path: 'watch.pingUrl', purpose: 'web-url' },
    { ref: 'env:N2M_SECRET_SLACK', path: 'alerts[0].slack', purpose: 'web-url' },
    { ref: 'env:N2M_SECRET_HOOK', path: 'alerts[1].webhook', purpose: 'web-url' },
    { ref: 'env:N2M_SECRET_KEY', path: 'alerts[1].signingKey', purpose: 'signing-key' },
  ]);
});
