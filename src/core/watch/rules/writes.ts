import { causeOf, writesBack, type RefusedWrite } from '../../objects/replica-identity/refused';
import { always, type Condition } from '../context';
import type { WatchRule } from './rule';

/** Before all others: what is wrong here stops the application, not the copy. */
export const writeRules: WatchRule[] = [
  {
    id: 'writes-refused',
    verdict: 'broken',
    needs: 'source',
    during: ['copying', 'changing'],
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
