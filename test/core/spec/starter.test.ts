import { PIPELINE_NAME_LENGTH } from '../../../src/core/names';
import { parsePipeline } from '../../../src/core/spec/parse';
import { starterFile, starterName, starterVariables, type StarterAnswers } from '../../../src/core/spec/starter';

const NEON: StarterAnswers = {
  name: 'shop',
  source: { kind: 'neon', project: 'shiny-wind-028834', branch: null },
  database: 'shop',
  tables: { kind: 'tables', names: ['public.orders', 'public."Order Items"'] },
  cluster: null,
  snapshotSize: '200cc',
  steadySize: '50cc',
  alert: null,
  schema: null,
};

const read = (answers: StarterAnswers) => {
  const result = parsePipeline(starterFile(answers));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.spec;
};

describe('the first file', () => {
  it('says what was answered', () => {
    expect(read({ ...NEON, alert: 'webhook' })).toMatchObject({
      name: 'shop',
      source: {
        kind: 'neon',
        project: 'shiny-wind-028834',
        branch: null,
        tables: {
          kind: 'list',
          tables: [
            { schema: 'public', name: 'orders', alias: null },
            { schema: 'public', name: 'Order Items', alias: null },
          ],
        },
      },
      materialize: { schema: 'shop', cluster: { name: 'ingest_shop', snapshotSize: '200cc', steadySize: '50cc' } },
      alerts: [{ kind: 'webhook', url: 'env:N2M_SECRET_ALERT_URL' }],
    });
  });

  it('names a cluster where it is not the usual one', () => {
    expect(read({ ...NEON, cluster: 'ingest' }).materialize.cluster.name).toBe('ingest');
  });

  it.each(['true', 'null', '007', '1e3', "it's", 'a: b', '#x', '{', '"', '- a', 'ümlaut', '!x', '*x', ' x'])(
    'keeps the odd name %j as it is',
    (odd) => {
      const spec = read({
        ...NEON,
        source: { kind: 'neon', project: odd, branch: odd },
        database: odd,
        tables: { kind: 'schemas', names: [`"${odd.replaceAll('"', '""')}"`] },
      });
      expect(spec.source).toMatchObject({
        project: odd,
        branch: odd,
        database: odd,
        tables: { kind: 'schemas', schemas: [odd] },
      });
    },
  );

  it('takes a certificate as it is', () => {
    const ca = '-----BEGIN CERTIFICATE-----\r\nMIIB\r\nAAAA\r\n-----END CERTIFICATE-----\r\n';
    const { source } = read({ ...NEON, source: { kind: 'postgres', tls: { mode: 'verify-full', ca } } });
    expect(source.tls.mode).toBe('verify-full');
    expect(source.tls.ca?.trim()).toBe(ca.trim().replaceAll('\r\n', '\n'));
  });

  it('takes every table, and names the schema for editors', () => {
    const text = starterFile({ ...NEON, tables: { kind: 'all' }, schema: './pipeline.schema.json' });
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./pipeline.schema.json');
    expect(parsePipeline(text)).toMatchObject({ ok: true, spec: { source: { tables: { kind: 'all' } } } });
  });

  it.each<[string, Partial<StarterAnswers>]>([
    ['neon', {}],
    ['postgres', { source: { kind: 'postgres', tls: { mode: 'require', ca: null } }, alert: 'slack' }],
  ])('uses no variable that is not named for the worker: %s', (_, change) => {
    const answers = { ...NEON, ...change };
    const uncommented = starterFile(answers).replace(/#.*/g, '');
    const used = [...uncommented.matchAll(/env:(\w+)/g)].map(([, name]) => name);
    expect(new Set(starterVariables(answers))).toEqual(new Set(used));
  });
});

test.each([
  ['shop', 'shop'],
  ['Web Shop', 'web-shop'],
  ['_2024 data_', 'data'],
  ['x'.repeat(70), 'x'.repeat(PIPELINE_NAME_LENGTH)],
  ['2024', null],
])('a name made of database %j is %j', (database, name) => {
  expect(starterName(database)).toBe(name);
});
