import { carriesSecret } from '../../../src/core/spec/references';
import { writeProblem } from '../../../src/core/spec/parse';
import { NEON, neonWith, problemsOf, specOf } from './support';

const PLANTED = 'hunter2hunter2';

/** Every place a secret may be put by mistake, and the path the problem has to name. */
const places: [string, string, string][] = [
  ['an API key', neonWith('env:N2M_SECRET_NEON_API_KEY', `napi_${PLANTED}`), 'source.apiKey'],
  ['a bare word for a reference', neonWith('env:N2M_SECRET_NEON_API_KEY', PLANTED), 'source.apiKey'],
  ['a URL', neonWith('env:N2M_SECRET_MATERIALIZE_URL', `postgres://me:${PLANTED}@host/db`), 'materialize.url'],
  ['a URL without a password', neonWith('env:N2M_SECRET_MATERIALIZE_URL', 'postgres://host/db'), 'materialize.url'],
  [
    'a password',
    `${neonWith('database: shop', `database: shop\n  role: { name: a, password: ${PLANTED} }`)}`,
    'source.role.password',
  ],
  ['a URL for a plain name', neonWith('shiny-wind-028834', `https://me:${PLANTED}@console`), 'source.project'],
  ['an unknown key', `${NEON}password: postgres://me:${PLANTED}@host\n`, 'password'],
  ['a secret as a key', `${NEON}"postgres://me:${PLANTED}@host": 1\n`, '(key)'],
  ['a table', neonWith('[public.orders]', `['postgres://me:${PLANTED}@host']`), 'source.tables[0]'],
  ['a wrong choice', neonWith('kind: neon', `kind: postgres://me:${PLANTED}@host`), 'source.kind'],
  ['a Slack address', `${NEON}alerts: [{ slack: https://hooks.slack.com/services/${PLANTED} }]\n`, 'alerts[0].slack'],
  ['a shell variable', neonWith('env:N2M_SECRET_NEON_API_KEY', '${NEON_API_KEY}'), 'source.apiKey'],
  ['a path for a file', neonWith('env:N2M_SECRET_NEON_API_KEY', 'file:../etc/secret'), 'source.apiKey'],
];

describe('secrets in the file', () => {
  it.each(places)('are refused as %s, never repeated', (_, text, path) => {
    const problems = problemsOf(text);
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.map((problem) => writeProblem(problem, 'pipeline.yaml')).join('\n')).not.toContain(PLANTED);
  });

  it('are not repeated by broken YAML either', () => {
    const broken = [
      `"napi_${PLANTED}`,
      `napi_${PLANTED}: x: y`,
      `{napi_${PLANTED}`,
      `*napi_${PLANTED}`,
      `!napi_${PLANTED} x`,
    ];
    for (const value of broken) {
      const problems = problemsOf(neonWith('env:N2M_SECRET_NEON_API_KEY', value));
      expect(JSON.stringify(problems)).not.toContain(PLANTED);
    }
  });

  it('say how to do it', () => {
    const [problem] = problemsOf(neonWith('env:N2M_SECRET_NEON_API_KEY', PLANTED));
    expect(problem?.message).toContain('env:N2M_SECRET_NEON_API_KEY');
  });

  it('are references to variables and files', () => {
    expect(specOf(neonWith('env:N2M_SECRET_NEON_API_KEY', 'file:neon.key')).source).toMatchObject({
      apiKey: 'file:neon.key',
    });
  });

  it.each([
    ['postgres://host:5432/db', false],
    ['user@example.com', false],
    ['https://console.neon.tech/app/projects/x', false],
    ['postgres://u:p@host', true],
    ['host=x password=secret', true],
    ['-----BEGIN PRIVATE KEY-----', true],
  ])('%s carries one: %p', (text, expected) => {
    expect(carriesSecret(text)).toBe(expected);
  });
});
