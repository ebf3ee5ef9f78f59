import { MockActivityEnvironment } from '@temporalio/testing';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { readOwed } from '../../../src/activities/repair/owed';
import type { Deps } from '../../../src/activities/support/deps';
import type { Definition } from '../../../src/core/plan/definition';
import { createSecrets } from '../../../src/systems/secrets';
import { spec } from '../../core/plan/fixtures';

let server: MaterializeServer;
beforeAll(async () => {
  server = await startMaterialize({ speed: 20 });
});
afterAll(() => server.stop());

const view: Definition = {
  ...{ id: 'u7', type: 'view', name: 'materialize.shop.totals', owner: null, grants: [], comments: [] },
  item: { database: 'materialize', schema: 'shop', name: 'totals' },
  sql: 'CREATE VIEW materialize.shop.totals AS SELECT 1',
};

interface Former {
  run: string;
  /** As a list says, and as its history does. */
  listed: string;
  is?: string;
  owed?: Definition[];
}

function asked(runs: Former[]): { deps: Deps; questions: string[] } {
  const questions: string[] = [];
  const handle = (_: string, id: string) => {
    const found = runs.find(({ run }) => run === id);
    return {
      describe: () => Promise.resolve({ status: { name: found?.is ?? found?.listed } }),
      query: () => {
        questions.push(id);
        return Promise.resolve({ owed: found?.owed });
      },
    };
  };
  const list = function* () {
    for (const { run, listed } of runs)
      yield { workflowId: `pipeline/${spec.name}`, runId: run, status: { name: listed }, taskQueue: 'n2m' };
  };
  const workflows = { list, getHandle: handle, withDeadline: (_: number, ask: () => unknown) => ask() };
  const env = { N2M_SECRET_MATERIALIZE_URL: server.url };
  const secrets = createSecrets({ env, allow: [], directory: null });
  return { deps: { secrets, workflows, taskQueue: 'n2m' } as unknown as Deps, questions };
}

const owed = async (runs: Former[]) => {
  const { deps, questions } = asked(runs);
  const missing = await new MockActivityEnvironment().run(() => readOwed(deps, spec));
  return { missing, questions };
};

it('asks a run that has ended and of which the list does not know it yet', async () => {
  const { missing } = await owed([
    { run: 'mine', listed: 'RUNNING' },
    { run: 'terminated a moment ago', listed: 'RUNNING', is: 'TERMINATED', owed: [view] },
    { run: 'older', listed: 'COMPLETED', owed: [] },
  ]);
  expect(missing).toEqual([view]);
});

it('does not ask a run that is at it, which makes again what it took away', async () => {
  const { missing, questions } = await owed([
    { run: 'at it', listed: 'RUNNING', owed: [view] },
    { run: 'says nothing', listed: 'FAILED' },
    { run: 'owes nothing', listed: 'COMPLETED', owed: [] },
    { run: 'older', listed: 'FAILED', owed: [view] },
  ]);
  expect(missing).toEqual([]);
  expect(questions).toEqual(['says nothing', 'owes nothing']);
});
