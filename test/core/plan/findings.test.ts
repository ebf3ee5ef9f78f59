import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { poolerByName } from '../../../src/core/objects/connection/poolers';
import { FINDING_CODES } from '../../../src/core/plan/findings';
import { makePlan } from '../../../src/core/plan/plan';
import { heirs, open, prepared, run, target } from './finding-cases';
import * as f from './fixtures';

/** What holds for all rules together. What raises each of them is tried beside its room. */

const ROOMS = join(__dirname, '..', 'objects');

test('every rule is tried beside its room', () => {
  const tried = readdirSync(ROOMS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('findings.test.ts'))
    .map((path) => readFileSync(join(ROOMS, path), 'utf8'))
    .join();
  expect(FINDING_CODES.filter((code) => !tried.includes(`'${code}',`))).toEqual([]);
});

test('what holds for a thousand tables is said once', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `t${at}`);
  const make = (name: string) =>
    f.table(name, {
      columns: [...f.table('orders').columns, f.generatedColumn('total', 'stored', '(price * (2)::numeric)')],
      publications: [f.publishedBy('analytics', { columns: ['id'], entry: { schema: 'public', name } })],
      ...{
        rowBytes: 4096,
        written: { changes: 360_000, seconds: 3600 },
        heirs: name === 't7' ? heirs : { count: 0, first: [] },
      },
    });
  const found = run({
    spec: f.withSource({ tables: { kind: 'all', aliases: [] } }),
    source: { tables: names.map(make) },
    target: { limits: { ...target.limits, maxSources: 5000, maxTables: 5000 } },
  });
  const once = ['generated-columns', 'other-publication-columns', 'inherited-table', 'identity-full-cost'];
  const counted = once.map((code) => found.filter((finding) => finding.code === code).length);
  expect(counted).toEqual([1, 1, 1, 1]);
  for (const { code, sentence } of found) if (once.includes(code)) expect(sentence.length).toBeLessThan(1000);
});

test('a pipeline that runs has nothing to say', () => {
  expect(run({ built: true })).toEqual([]);
});

test('all findings come at once, blocking first', () => {
  const found = run({
    source: {
      pooler: { ...poolerByName('ep-x-pooler.aws.neon.tech', 5432)!, replicates: true },
      usedReplicationSlots: 9,
      missingTables: [{ schema: 'a', name: 'b' }],
    },
    target: { databaseExists: false },
  });
  const blocking = found.filter(({ severity }) => severity === 'blocking').map(({ code }) => code);
  expect(blocking).toEqual(['pooled-host', 'replication-slots', 'missing-table', 'database-missing']);
  expect(found.slice(0, blocking.length).every(({ severity }) => severity === 'blocking')).toBe(true);
});

test('nothing is said about slots and transactions where nothing is copied', () => {
  expect(
    run({ built: true, source: { usedReplicationSlots: 10, usedWalSenders: 10, openTransactions: [open] } }),
  ).toEqual([]);
});

test('types of a table that is copied already are not asked about again', () => {
  const column = { name: 'state', type: 'shop.state', typeOid: 99, nullable: true, generated: null, expression: null };
  const tables = prepared.tables.map((table) => ({ ...table, columns: [{ ...column, ingest: 'text' as const }] }));
  expect(run({ built: true, source: { tables } })).toEqual([]);
});

test('a plan carries the same findings', () => {
  const plan = makePlan(f.spec, f.untouchedSource(), f.emptyTarget(), f.notWatched);
  expect(plan.findings).toEqual(run({}));
});
