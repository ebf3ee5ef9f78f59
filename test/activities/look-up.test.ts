import { MockActivityEnvironment } from '@temporalio/testing';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { startNeon, type Neon } from '../../local/neon/neon';
import type { Deps } from '../../src/activities/support/deps';
import { lookUp } from '../../src/activities/questions/look-up';
import { createSourceDirectory } from '../../src/activities/support/source-directory';
import type { Answer, Question } from '../../src/core/lookup/types';
import { parsePipeline } from '../../src/core/spec/parse';
import { starterFile, STARTER_SIZES } from '../../src/core/spec/starter';
import { createNeon } from '../../src/systems/neon';
import { createSecrets } from '../../src/systems/secrets';
import { startValidatingProxy, type ValidatingProxy } from '../local/neon/validating-proxy';

let neon: Neon;
let materialize: MaterializeServer;

beforeAll(async () => {
  [neon, materialize] = await Promise.all([startNeon({ sampleOrders: 10 }), startMaterialize()]);
}, 120_000);
afterAll(() => Promise.all([neon?.stop(), materialize?.stop()]));

function ask(question: Question, change: Record<string, string> = {}, baseUrl = neon.api): Promise<Answer> {
  const env = { N2M_SECRET_NEON_API_KEY: neon.apiKey, N2M_SECRET_MATERIALIZE_URL: materialize.url, ...change };
  const secrets = createSecrets({ env, allow: [], directory: null });
  const deps = {
    secrets,
    sources: createSourceDirectory(secrets),
    neon: (apiKey: string) => createNeon({ baseUrl, apiKey, retryBudgetMs: 0 }),
  } as Partial<Deps> as Deps;
  return new MockActivityEnvironment().run(() => lookUp(deps, question));
}

const values = (answer: Answer): string[] => (answer.ok ? answer.choices.map(({ value }) => value) : []);

it('says which projects, branches, databases, tables, clusters and sizes there are', async () => {
  const { project, database } = neon;
  expect(values(await ask({ what: 'projects' }))).toEqual([project]);
  const branches = await ask({ what: 'branches', project });
  expect(branches).toMatchObject({ ok: true, choices: [{ usual: true }] });
  expect(values(await ask({ what: 'databases', project, branch: null }))).toContain(database);
  expect(values(await ask({ what: 'clusters' }))).toEqual(['quickstart']);
  expect(values(await ask({ what: 'sizes' }))).toEqual(expect.arrayContaining(['25cc', '200cc']));
  const file = parsePipeline(
    starterFile({
      name: 'draft',
      source: { kind: 'neon', project, branch: values(branches)[0] ?? null, ca: neon.caPem },
      database,
      tables: { kind: 'all' },
      cluster: null,
      snapshotSize: STARTER_SIZES.snapshot,
      steadySize: STARTER_SIZES.steady,
      alert: null,
      schema: null,
    }),
  );
  if (!file.ok) throw new Error('the file of this test is wrong');
  const tables = values(await ask({ what: 'tables', spec: file.spec }));
  expect(tables).toEqual(expect.arrayContaining(['public.orders', 'public."Order Items"']));
});

it('gives failures as values, without the secret', async () => {
  const wrong = 'a key that is not one';
  const refused = await ask({ what: 'projects' }, { N2M_SECRET_NEON_API_KEY: wrong });
  expect(refused).toMatchObject({ ok: false, failure: { system: 'neon', type: 'AuthenticationFailed' } });
  expect(JSON.stringify(refused)).not.toContain(wrong);
  const unset = await ask({ what: 'sizes' }, { N2M_SECRET_MATERIALIZE_URL: '' });
  expect(unset).toMatchObject({
    ok: false,
    failure: { message: expect.stringContaining('N2M_SECRET_MATERIALIZE_URL') as string },
  });
});

describe('with the key of a person, who has to say of which organization', () => {
  const organizations = [
    { id: 'org-morning-bread-81040908', name: 'Acme' },
    { id: 'org-quiet-dawn-12345678', name: 'Bakery' },
  ];
  let theirs: Neon;
  let proxy: ValidatingProxy;
  beforeAll(async () => {
    theirs = await startNeon({ sampleOrders: 0, organizations });
    proxy = await startValidatingProxy(theirs.api);
  });
  afterAll(() => Promise.all([proxy?.stop(), theirs?.stop()]));
  const askThem = (question: Question) => ask(question, { N2M_SECRET_NEON_API_KEY: theirs.apiKey }, proxy.api);

  it('projects are those of each organization', async () => {
    const { project } = theirs;
    expect(await askThem({ what: 'projects' })).toEqual({
      ok: true,
      choices: [{ value: project, note: `${project}, of Acme`, usual: false }],
    });
    // What is asked of a project goes by its id alone.
    expect(values(await askThem({ what: 'branches', project }))).toEqual(['main']);
    expect(proxy.violations()).toEqual([]);
  });
});
