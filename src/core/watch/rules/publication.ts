/** What the publication leaves out: Materialize never mentions it, and putting it back brings nothing of it. */
import { isIn } from '../../objects/tables/find';
import { tableName } from '../../objects/tables/select';
import { formatDuration } from '../../text/duration';
import { always, type Held } from '../condition';
import { tableLatch } from '../latched';
import type { WatchRule } from './rule';

const seenFor = (ms: number): string => (ms === 0 ? '' : `, seen for ${formatDuration(ms)}`);

export const publicationRules: WatchRule[] = [
  {
    id: 'changes-left-out',
    verdict: 'broken',
    needs: 'source',
    during: ['copying'],
    explanation: [
      'The publication does not publish every operation: what it leaves out is lost without a word, and Materialize goes on as if all were well. Put back, the next change of such a row may make its table unreadable.',
      'SELECT pubname, pubinsert, pubupdate, pubdelete, pubtruncate FROM pg_publication;',
      'n2m repair NAME puts it back and copies every table again; putting it back by hand brings nothing of what was left out.',
    ],
    look: ({ source, spec }) => {
      const { leavesOut = [] } = source?.publication ?? {};
      if (leavesOut.length === 0) return [];
      const cause = ({ ms }: Held) =>
        `publication ${spec.source.publication} left out ${leavesOut.join(', ')} of every table${seenFor(ms)}: Materialize lacks them`;
      const next = `n2m repair ${spec.name}`;
      return [{ table: null, severity: always('critical'), cause, next, latch: 'changes-left-out' }];
    },
  },
  {
    id: 'table-narrowed',
    verdict: 'broken',
    needs: 'both',
    during: ['copying'],
    explanation: [
      'The publication has a row filter or a list of columns for a replicated table: what it leaves out is lost without a word.',
      'SELECT * FROM pg_publication_tables;',
      'n2m repair NAME publishes the whole table and copies it again; putting it back by hand brings nothing of what was left out.',
    ],
    look: ({ source, target, spec }) => {
      const narrowed = source?.publication.narrowed ?? [];
      return (target?.tables ?? [])
        .filter(({ upstream }) => isIn(narrowed, upstream))
        .map(({ id, upstream }) => ({
          table: tableName(upstream),
          severity: always('critical'),
          cause: ({ ms }: Held) =>
            `publication ${spec.source.publication} left out rows or columns of ${tableName(upstream)}${seenFor(ms)}: Materialize lacks what was written meanwhile`,
          next: `n2m repair ${spec.name}`,
          latch: tableLatch('table-narrowed', id),
        }));
    },
  },
];
