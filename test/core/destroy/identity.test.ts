import { identityBack, identityStatement } from '../../../src/core/objects/replica-identity/back';
import type { Added } from '../../../src/core/destroy/added';
import type { DestroySource } from '../../../src/core/destroy/types';

type Recorded = Extract<Added, { kind: 'identity' }>;
type Table = DestroySource['tables'][number];

const table = (change: Partial<Table> = {}): Table => ({
  ...{ schema: 'public', name: 'orders', identity: 'full', hasPrimaryKey: true, indexes: [] },
  ...{ publishedBy: [], strictlyPublishedBy: [] },
  ...change,
});
const recorded = (change: Partial<Recorded> = {}): Recorded => ({
  ...{
    kind: 'identity',
    schema: 'public',
    name: 'orders',
    before: 'index',
    index: 'by_code',
    columns: ['shop', 'code'],
  },
  ...change,
});
const NOBODY = { others: [], lent: [] };
const statement = (record: Recorded, found: Table): string => {
  const back = identityBack(record, found, NOBODY);
  return back.keep ? 'keep' : `${identityStatement(found, back)}${back.instead === null ? '' : ' instead'}`;
};
const REPLICA = 'ALTER TABLE "public"."orders" REPLICA IDENTITY';

describe('what a table gets back', () => {
  it.each(['default', 'nothing'] as const)('%s, whatever indexes it has', (before) => {
    const indexes = [{ name: 'by_code', columns: ['code'] }];
    expect(statement(recorded({ before, index: null }), table({ indexes }))).toBe(`${REPLICA} ${before.toUpperCase()}`);
  });

  it('the index by its columns, whose order says nothing, before one that has its name by now', () => {
    const indexes = [
      { name: 'by_code', columns: ['note'] },
      { name: 'renamed', columns: ['code', 'shop'] },
    ];
    expect(statement(recorded(), table({ indexes }))).toBe(`${REPLICA} USING INDEX "renamed"`);
    expect(statement(recorded(), table({ indexes: [{ name: 'by_code', columns: ['code'] }] }))).toBe(
      `${REPLICA} DEFAULT instead`,
    );
  });

  it('the index of the recorded name among several of the same columns', () => {
    const columns = ['shop', 'code'];
    const indexes = ['another', 'by_code'].map((name) => ({ name, columns }));
    expect(statement(recorded(), table({ indexes }))).toBe(`${REPLICA} USING INDEX "by_code"`);
  });

  it('by name alone where an earlier version recorded no columns, and no other index', () => {
    const old = recorded({ columns: undefined });
    const named = { name: 'by_code', columns: ['code'] };
    expect(statement(old, table({ indexes: [named] }))).toBe(`${REPLICA} USING INDEX "by_code"`);
    expect(statement(old, table({ indexes: [{ ...named, name: 'other' }] }))).toBe(`${REPLICA} DEFAULT instead`);
    expect(statement(recorded({ index: null, columns: undefined }), table())).toBe(`${REPLICA} DEFAULT instead`);
  });

  it('nothing while somebody else publishes it', () => {
    expect(identityBack(recorded(), table(), { others: ['theirs'], lent: [] })).toMatchObject({ keep: true });
  });

  it('nothing where a publication that stays would refuse its updates then; it may where rows are still identified', () => {
    const lent = { others: [], lent: ['theirs'] };
    const strictlyPublishedBy = ['theirs'];
    const bare = table({ hasPrimaryKey: false, strictlyPublishedBy });
    expect(identityBack(recorded(), bare, lent)).toMatchObject({ keep: true, by: ['theirs'] });
    expect(identityBack(recorded({ before: 'nothing' }), table({ strictlyPublishedBy }), lent).keep).toBe(true);
    expect(identityBack(recorded(), table({ strictlyPublishedBy }), lent).keep).toBe(false);
    const onlyInserts = table({ hasPrimaryKey: false });
    expect(identityBack(recorded(), onlyInserts, lent).keep).toBe(false);
  });
});
