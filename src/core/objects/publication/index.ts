import { isManaged, keepOrAdopt, listed, ownerWords, type PlanContext, planStep } from '../../plan/context';
import { ownerOf, writeMark } from '../../plan/ownership';
import type { PlanStep } from '../../plan/types';
import { commentOn } from '../../sql/upstream';
import { plural } from '../../text/count';
import type { GuideObject } from '../object';
import { postgres, tablesOf } from '../script';
import { tableName } from '../tables/select';
import { publicationDifferences, publicationWords, tablesToPublish } from './differences';
import { publicationRules } from './findings';
import { published } from './recorded';
import { destroy } from './removal';
import { publicationRemedies } from './repair';
import { createPublication } from './statements';
import { publicationWords as wordsOfFindings } from './words';

function plan(context: PlanContext): PlanStep {
  const { spec, source, removed } = context;
  const name = spec.source.publication;
  const object = `publication ${name}`;
  const wanted = context.tables.map(tableName);
  const found = source.publication;
  if (found === null) {
    return planStep('publication', 'create', object, `create ${object} with ${listed(wanted)}`, { changes: wanted });
  }
  const owner = ownerOf(found.comment, spec.name);
  const differences = publicationDifferences(context.tables, found, context.upstream);
  if (differences.length === 0 && owner.kind !== 'pipeline') {
    const leaving = removed.filter((table) => tablesToPublish([table], found).length === 0);
    const note = leaving.length > 0 ? ` (${listed(leaving.map(tableName))} leave after the source let go)` : '';
    const sentence = `${object} publishes ${plural(wanted.length, 'table')}${note}`;
    return planStep('publication', keepOrAdopt(context, found.comment), object, sentence);
  }
  const changeable = !found.allTables && differences.every((difference) => difference.changeable);
  if (isManaged(context, found.comment) && changeable) {
    const changes = differences.map((difference) => difference.text);
    return planStep('publication', 'change', object, `change ${object}: ${listed(changes)}`, { changes });
  }
  return planStep(
    'publication',
    'conflict',
    object,
    `${object} exists, ${ownerWords(context, found.comment)} and differs`,
    {
      changes: [
        `there: ${publicationWords(found)}`,
        `file: tables ${listed(wanted, 20)}, insert, update, delete, truncate`,
      ],
    },
  );
}

/** What upstream sends: the tables by name, with all their operations. Its comment is the pipeline's record. */
export const publication: GuideObject = {
  name: 'publication',
  recorded: true,
  steps: [
    {
      id: 'publication',
      activity: 'ensurePublication',
      timeouts: 'quick',
      plan,
      script: (spec) => ({
        comment:
          'the tables by name, whatever the file selects them by; with publish_via_partition_root = true where one is partitioned',
        calls: [
          postgres(createPublication(spec.source.publication, tablesOf(spec))),
          postgres(commentOn('PUBLICATION', spec.source.publication, writeMark(spec.name))),
        ],
      }),
    },
  ],
  findings: publicationRules,
  words: wordsOfFindings,
  destroyUpstream: destroy,
  repair: publicationRemedies,
  handsOver: (...found) => published(...found).kept,
  removals: [
    { id: 'unpublish', activity: 'unpublish', timeouts: 'quick', onTheWayTo: 'remove-publication' },
    { id: 'remove-publication', activity: 'removePublication', timeouts: 'quick' },
    { id: 'remove-record', activity: 'removeRecord', timeouts: 'quick' },
  ],
};
