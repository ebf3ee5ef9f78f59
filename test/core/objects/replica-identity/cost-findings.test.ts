import { costFindings } from '../../../../src/core/objects/replica-identity/cost-findings';
import { makePlan } from '../../../../src/core/plan/plan';
import { testFindings, orders, run } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

const hot = { changes: 360_000, seconds: 3600 };

testFindings(costFindings, {
  raised: [
    ['identity-full-cost', 'a busy table', { source: orders({ rowBytes: 200, written: hot }) }, 'info', null],
    [
      'identity-full-cost',
      'a wide and busy table',
      { source: orders({ rowBytes: 4096, written: hot }) },
      'warning',
      null,
    ],
  ],

  silent: [
    [
      'identity-full-cost',
      'a table that has it already',
      { source: orders({ replicaIdentity: 'full', rowBytes: 4096, written: hot }) },
    ],
    [
      'identity-full-cost',
      'a rate of a few minutes',
      { source: orders({ rowBytes: 4096, written: { changes: 36_000, seconds: 360 } }) },
    ],
    [
      'identity-full-cost',
      'a table that hardly changes',
      { source: orders({ rowBytes: 200, written: { changes: 100, seconds: 3600 } }) },
    ],
    ['identity-full-cost', 'a table nobody analysed', { source: orders({ rowBytes: null, written: hot }) }],
  ],
});

test('a wide row is warned of from the threshold on, and not below it', () => {
  const severity = (rowBytes: number, changes: number) =>
    run({ source: orders({ rowBytes, written: { changes, seconds: 3600 } }) })
      .filter(({ code }) => code === 'identity-full-cost')
      .map((finding) => finding.severity);
  const hottest = 256 * 1024 ** 2;
  expect(severity(2048, hottest / 2048)).toEqual(['warning']);
  expect(severity(2047, hottest)).toEqual(['info']);
  expect(severity(2048, hottest / 2048 - 1)).toEqual(['info']);
});

test('the cost of full identities is told table by table, the dearest first, with width and rate', () => {
  const tables = [
    f.table('orders', { rowBytes: 100, written: { changes: 7200, seconds: 3600 } }),
    f.table('customers', { rowBytes: 1000, written: { changes: 72_000, seconds: 3600 } }),
  ];
  const found = run({ source: { tables } }).filter(({ code }) => code === 'identity-full-cost');
  expect(found.map(({ sentence }) => sentence)).toEqual([
    'logging old rows whole adds about 69 MiB of WAL an hour: public.customers 69 MiB (rows of 1000 B, 20 updates and deletes a second), public.orders 703 KiB (rows of 100 B, 2 updates and deletes a second)',
  ]);
});

test('the step that sets full identities says what each costs, where that is known', () => {
  const tables = [f.table('orders', { rowBytes: 100, written: { changes: 60, seconds: 3600 } }), f.table('customers')];
  const { steps } = makePlan(f.spec, f.untouchedSource({ tables }), f.emptyTarget(), f.notWatched);
  expect(steps.find(({ id }) => id === 'replica-identity')?.changes).toEqual([
    'public.orders: default → full: about 5.9 KiB of WAL an hour more (rows of 100 B, 60 updates and deletes an hour)',
    'public.customers: default → full',
  ]);
});
