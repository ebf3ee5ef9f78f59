import { writeMark } from '../../plan/ownership';
import type { PipelineSpec } from '../../spec/types';
import { commentOn } from '../../sql/items';
import type { GuideObject } from '../object';
import { type Call, itemIn, materialize, tablesOf } from '../script';
import { sourceFindings } from './findings';
import { planSource, rebuildSteps, recopyKey } from './plan';
import { rebuildReason } from './rebuild-steps';
import { destroy, destroySlot } from './removal';
import { sourceRemedies } from './repair';
import { createSource, createSourceBare, createTableFromSource, type SourceDefinition } from './statements';
import { sourceWords } from './words';

/** Placeholders stand for what schemas select. */
function calls(spec: PipelineSpec): Call[] {
  const { source } = spec;
  const { cluster, names, syntax } = spec.materialize;
  const item = itemIn(spec);
  const definition: SourceDefinition = {
    name: item(names.source),
    cluster: cluster.name,
    connection: item(names.connection),
    publication: source.publication,
    tables: tablesOf(spec).map((table) => ({ upstream: table, target: item(table.alias ?? table.name) })),
    textColumns: source.textColumns,
    excludeColumns: source.excludeColumns,
    excludeConstraints: source.excludeConstraints,
    progress: null,
  };
  if (syntax === 'subsources') return [materialize(createSource(definition))];
  return [
    materialize(createSourceBare(definition)),
    materialize('BEGIN'),
    ...definition.tables.map((table) => materialize(createTableFromSource(definition, table))),
    materialize('COMMIT'),
  ];
}

/** What no ALTER can change goes before the source step; see src/workflows/rebuild.ts. */
export const takeDown: GuideObject = {
  name: 'what is made again',
  // Materialize drops the slot by what secret and connection say at that moment.
  goesFirst: ({ rebuild }) => rebuild?.moved ?? false,
  approvals: ({ rebuild }, { id }, why) => {
    if (id === 'keep-definitions')
      return [{ key: 'rebuild-dependents', reason: rebuildReason(rebuild?.dependents ?? []) }];
    if (id !== 'drop-to-recopy') return null;
    return (rebuild?.damage.dead ?? []).map((table) => ({ key: recopyKey(table), reason: `${table.why}; ${why}` }));
  },
  steps: [
    {
      id: 'keep-definitions',
      activity: null,
      timeouts: 'slow',
      occasional: true,
      plan: (context) => rebuildSteps(context).before,
    },
  ],
};

/** What reads: it makes the slot upstream and has the tables. */
export const source: GuideObject = {
  name: 'source',
  steps: [
    {
      id: 'source',
      activity: 'ensureSource',
      timeouts: 'slow',
      plan: planSource,
      script: (spec) => ({
        comment:
          spec.materialize.syntax === 'subsources'
            ? 'with its tables; makes the replication slot upstream and starts the first copy'
            : 'with its tables; makes the replication slot upstream and starts the first copy; before v26.25 in one CREATE SOURCE … FOR TABLES: materialize.syntax: subsources',
        calls: [
          ...calls(spec),
          materialize(commentOn('SOURCE', itemIn(spec)(spec.materialize.names.source), writeMark(spec.name))),
        ],
      }),
    },
    {
      id: 'recreate-dependents',
      activity: null,
      timeouts: 'slow',
      occasional: true,
      plan: (context) => rebuildSteps(context).after,
    },
  ],
  findings: sourceFindings,
  words: sourceWords,
  destroy,
  destroyUpstream: destroySlot,
  repair: sourceRemedies,
  removals: [
    { id: 'remove-source', activity: 'removeSource', timeouts: 'slow' },
    {
      id: 'remove-slot',
      activity: 'removeSlot',
      timeouts: 'slow',
      input: ({ spec, plan }) => ({ spec, slot: plan.known.slot ?? '' }),
    },
  ],
};
