import { storedBy } from '../../local/temporal/stored';
import type { StatusDocument } from '../../src/cli/render/status-document';
import type { ReplicateReport } from '../../src/core/run/types';
import type { Plan } from '../../src/core/plan/types';
import { World } from './support/world';

jest.setTimeout(300_000);

/** More than travel with each step; thousands are what `npm run bench -- tables` tries. */
const TABLES = 120;
const LARGEST = 256 * 1024;

let world: World;
let file: string;
beforeAll(async () => {
  world = await World.start({ neon: { logicalReplication: true } });
  await world.startWorker();
  await world.upstream(async (client) => {
    const schema = `CREATE SCHEMA many AUTHORIZATION "${world.neon.owner}"; SET ROLE "${world.neon.owner}"`;
    const tables = Array.from(
      { length: TABLES },
      (_, at) => `CREATE TABLE many.t_${at} (id bigint PRIMARY KEY, v text)`,
    );
    await client.query([schema, ...tables, `INSERT INTO many.t_7 VALUES (1, 'seen')`].join('; '));
  });
  file = await world.write(({ source }) => {
    delete source.tables;
    Object.assign(source, { schemas: ['many'] });
  });
});
afterAll(() => world.stop());

const run = () => world.temporal.workflow.getHandle(`pipeline/${world.name}`);

describe('a pipeline of more tables than steps carry', () => {
  it('is applied whole, by steps that refer to its plan', async () => {
    const { code, stdout, stderr } = await world.n2m(['apply', file, '--yes', '--output', 'json']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const { steps } = JSON.parse(stdout) as ReplicateReport;
    expect(steps.find(({ id }) => id === 'snapshot')?.sentence).toContain(`copied ${TABLES} tables`);
    const { payloads, largest } = await storedBy(run());
    expect(largest).toBeLessThan(LARGEST);
    const asked = payloads.filter(({ event }) => event === 'activityTaskScheduled').map(({ bytes }) => bytes);
    // All that is known of a table takes a hundred bytes and more.
    expect(Math.max(...asked)).toBeLessThan(100 * TABLES);
    const rows = await world.target((client) => client.query(`SELECT v FROM "${world.name}".t_7`));
    expect(rows.rows).toEqual([{ v: 'seen' }]);
  });

  it('has nothing to do the second time', async () => {
    const { stdout } = await world.n2m(['plan', file, '--output', 'json']);
    const plan = JSON.parse(stdout) as Plan;
    expect({ changes: plan.changes, tables: plan.tables.length }).toEqual({ changes: 0, tables: TABLES });
  });

  it('is counted by a look, and named by --full', async () => {
    const look = async (...more: string[]) =>
      JSON.parse((await world.n2m(['status', world.name, '--output', 'json', ...more])).stdout) as StatusDocument;
    const short = await look();
    expect(short).toMatchObject({ verdict: 'healthy', tableCounts: { count: TABLES, committed: TABLES, failing: 0 } });
    expect(short.tables).toHaveLength(20);
    expect((await look('--full')).tables).toHaveLength(TABLES);
  });

  it('is taken down to nothing', async () => {
    const { code, stderr } = await world.n2m(['destroy', world.name, '--yes']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect((await storedBy(run())).largest).toBeLessThan(LARGEST);
  });
});
