/** The application's own writes: that replication does not make Postgres refuse them. */
import { causeOf, writesBack, type RefusedWrite } from '../../objects/replica-identity/harm/refused';
import { always, type Condition } from '../condition';
import type { WatchRule } from './rule';

/** Before all others: what is wrong here stops the application, not the copy. */
export const writeRules: WatchRule[] = [
  {
    id: 'writes-refused',
    verdict: 'broken',
    needs: 'source',
    during: ['copying', 'changing'],
    explanation: [
      'Postgres refuses the application’s UPDATEs or DELETEs of a replicated table, or of one that inherits from it: it is published without a replica identity, or a publication leaves out columns of it. Often a later migration brought a generated column, or another tool a publication with a list of columns.',
      'EXPLAIN UPDATE t SET c = c; and EXPLAIN DELETE FROM t; fail just as the application does, and change nothing. SELECT * FROM pg_publication_tables; shows who publishes what.',
      'Run the statement that n2m status NAME names: it gives the writes back at once. What replication then lacks the next check says.',
    ],
    look: ({ source }) => {
      const { refused = [], refusedCount = 0 } = source?.writes ?? {};
      const conditions = byTable(refused).map(condition);
      const unnamed = refusedCount - refused.length;
      const [last] = conditions.slice(-1);
      if (unnamed <= 0 || !last) return conditions;
      const cause = () => `${unnamed} more writes are refused, as those named`;
      return [...conditions, { ...last, table: null, key: 'more', cause }];
    },
  },
];

function byTable(refused: readonly RefusedWrite[]): [RefusedWrite, ...RefusedWrite[]][] {
  const tables = new Map<string, [RefusedWrite, ...RefusedWrite[]]>();
  for (const one of refused) {
    const key = JSON.stringify([one.schema, one.name]);
    const known = tables.get(key);
    if (known) known.push(one);
    else tables.set(key, [one]);
  }
  return [...tables.values()];
}

function condition(refused: [RefusedWrite, ...RefusedWrite[]]): Condition {
  const [first] = refused;
  const name = `${first.schema}.${first.name}`;
  const operations = refused.map(({ operation }) => operation).join(' and ');
  return {
    table: name,
    severity: always('critical'),
    cause: () => `the application's ${operations} of ${name} fail with ${first.code}: ${causeOf(first)}`,
    next: writesBack(first),
  };
}
