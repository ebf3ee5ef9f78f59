import { following } from '../../../src/core/objects/beside/follow';
import type { ChildFacts, DependentFacts } from '../../../src/core/objects/source/facts';
import type { ColumnFacts } from '../../../src/core/objects/tables/facts';
import { makePlan } from '../../../src/core/plan/plan';
import type { Finding, Plan } from '../../../src/core/plan/types';
import type { PipelineSpec } from '../../../src/core/spec/types';
import * as f from './fixtures';

const column = (name: string, change: Partial<ColumnFacts> = {}): ColumnFacts => ({
  ...{ name, type: 'text', typeOid: 25, nullable: true, generated: null, expression: null, ingest: 'yes' },
  ...change,
});
const dependent = (type: string): DependentFacts => ({ id: 'u9', name: 'materialize.shop.v', type });

const MIB = 1024 ** 2;
const allows = (followUpTo: number, change = {}): PipelineSpec => f.withSource({ columns: { followUpTo }, ...change });

interface Scene {
  came?: ColumnFacts[];
  orders?: Partial<ChildFacts>;
  spec?: PipelineSpec;
  bytes?: string;
}

/** Of a table `orders` that has a column `id` downstream, and what came upstream. */
const planned = ({ came = [column('note')], orders = {}, spec = allows(MIB), bytes = '8192' }: Scene): Plan => {
  const children = ['orders', 'customers'].map((name) =>
    f.child(name, { kind: 'table', columns: ['id'], ...(name === 'orders' ? orders : {}) }),
  );
  const built = f.builtTarget();
  const prepared = f.preparedSource();
  const tables = prepared.tables.map((table) =>
    table.name === 'orders' ? { ...table, bytes, columns: [...table.columns, ...came] } : table,
  );
  const dependents = children.flatMap((child) => child.dependents);
  const source = { ...built.source!, syntax: 'tables' as const, children, dependents };
  return makePlan(spec, { ...prepared, tables }, { ...built, versionNum: 2_603_900, source }, f.watched);
};
const decided = (scene: Scene, change: Partial<Plan> = {}) =>
  following(scene.spec ?? allows(MIB), { ...planned(scene), ...change });
const why = (scene: Scene, change: Partial<Plan> = {}): string => {
  const answer = decided(scene, change);
  return answer.follows ? `follows ${answer.columns}` : answer.why;
};
const finding = (code: string, severity: Finding['severity']): Partial<Plan> => ({
  findings: [{ code, severity, subject: 's', sentence: `says ${code}`, fix: null }],
});

describe('a run that nobody asked for', () => {
  test('brings what came, with the approvals that it would ask for, where views and indexes are moved', () => {
    const orders = { dependents: [dependent('view'), { ...dependent('index'), id: 'u10' }] };
    expect(decided({ orders, came: [column('note'), column('memo')] })).toMatchObject({
      follows: true,
      columns: 'public.orders.note, public.orders.memo',
      tables: [{ upstream: { schema: 'public', name: 'orders' }, added: ['note', 'memo'] }],
      approved: ['copy-again:public.orders', 'rebuild-dependents'],
    });
  });

  test.each([
    ['sink', 'sink materialize.shop.v is built on it: made again, it sends everything again'],
    ['materialized-view', 'materialized view materialize.shop.v is built on it: made again, it is computed anew'],
    ['table', 'table materialize.shop.v is built on it: it would be made again'],
  ])('does not make a %s again', (type, reason) => {
    expect(why({ orders: { dependents: [dependent(type)] } })).toBe(reason);
  });

  test('copies no more than the file allows', () => {
    expect(why({ spec: allows(MIB), bytes: String(MIB) })).toBe('follows public.orders.note');
    expect(why({ spec: allows(MIB), bytes: String(MIB + 1) })).toBe(
      '1.0 MiB would be copied, and source.columns allows 1.0 MiB',
    );
    expect(why({ spec: f.spec })).toBe('source.columns is report');
  });

  test('does nothing besides', () => {
    const excludeColumns = [{ schema: 'public', table: 'orders', column: 'id' }];
    expect(why({ spec: allows(MIB, { excludeColumns }) })).toMatch(
      /^public\.orders would not be copied for columns that came alone: id: joins excludeColumns, note: added upstream$/,
    );
    const more = { action: 'change' as const, object: 'o', sentence: 'resize it', changes: [] };
    const step = { ...more, id: 'cluster', interrupts: null, irreversible: null, approval: null };
    expect(why({}, { steps: [...planned({}).steps, step] })).toBe('a run would also resize it');
    const approval = { key: 'pause', step: 'cluster', reason: 'it stands still' };
    expect(why({}, { needsApproval: [approval] })).toBe('a run would ask for pause: it stands still');
    const item = { database: 'd', schema: 's', name: 'v' };
    const owed = { ...dependent('view'), item, sql: '', owner: null, grants: [], comments: [] };
    expect(why({}, { owed: [owed] })).toMatch(/^an earlier run dropped what is not made again yet: view/);
  });

  test('does not begin where a plan says that a copy would not go well', () => {
    expect(why({}, finding('anything', 'blocking'))).toBe('says anything');
    expect(why({}, finding('columns-gone', 'warning'))).toBe('says columns-gone');
    expect(why({}, finding('cluster-reconfiguring', 'info'))).toBe('says cluster-reconfiguring');
    expect(why({}, finding('idle-slot-timeout', 'info'))).toBe('follows public.orders.note');
    expect(why({}, finding('shared-cluster', 'warning'))).toBe('follows public.orders.note');
  });

  test('brings no column that left or that Materialize refuses, and drops no table for one', () => {
    expect(why({ orders: { columns: ['id', 'old'] } })).toMatch(/^public\.orders lost old upstream/);
    expect(why({ came: [column('mood', { type: 'mood', ingest: 'no' })] })).toMatch(
      /mood is mood, which Materialize does not take$/,
    );
    expect(why({ orders: { kind: 'subsource' } })).toMatch(/n2m apply drops it and copies it again/);
    expect(why({ came: [] })).toBe('a plan finds no column that it could bring');
  });
});
