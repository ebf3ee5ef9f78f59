/** What came to a partitioned table, or left it, without a word from Postgres. */
import { always } from '../condition';
import { tableLatch } from '../latched';
import { cameFilled, leftBehind } from '../readings/partitions';
import type { WatchRule } from './rule';

const RULE = 'table-partitions';

export const partitionRules: WatchRule[] = [
  {
    id: RULE,
    verdict: 'broken',
    needs: 'both',
    during: ['copying'],
    explanation: [
      'A partition of a table that is replicated as one was dropped, detached or truncated with rows, or came with rows. Postgres sends nothing of that: Materialize keeps the rows, or never gets them. It is looked for when partitions changed.',
      'SELECT * FROM pg_partition_tree(…); n2m verify NAME --table … names the rows.',
      'n2m repair NAME copies the table again. Next time DELETE the rows before the partition goes, and attach empty ones.',
    ],
    look: (context) => [
      ...cameFilled(context).map(({ id, name, partition }) => ({
        table: name,
        key: 'came',
        severity: always('critical'),
        cause: () => `partition ${partition} came to ${name} with rows, which were never sent: Materialize lacks them`,
        next: `n2m repair ${context.spec.name}`,
        latch: tableLatch(RULE, id),
      })),
      ...leftBehind(context).map(({ id, name }) => {
        // A row may have come to an empty partition between the looks at the two sides: once is not enough.
        const again = context.memory?.streaks[`${RULE}:left:${name}`] !== undefined;
        return {
          table: name,
          key: 'left',
          severity: always(again ? 'critical' : 'ok'),
          visible: false,
          cause: () =>
            `Materialize has rows of ${name} that belong to no partition any more: one was dropped, detached or truncated with its rows`,
          next: `n2m repair ${context.spec.name}`,
          ...(again ? { latch: tableLatch(RULE, id) } : {}),
        };
      }),
    ],
  },
];
