import { ended, type Shared, shared } from '../../destroy/context';
import { keptSteps } from '../../destroy/kept-steps';
import { remove } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import { listed, type PlanContext, planStep } from '../../plan/context';
import type { PlanStep } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { plural } from '../../text/count';
import type { GuideObject } from '../object';
import { postgres, type Script, tablesOf } from '../script';
import { tableName } from '../tables/select';
import { grantsFindings } from './findings';
import { neededDefaultPrivileges, neededGrants } from './needed';
import { recordedGrants, revoke } from './recorded';
import { grantSelect, grantSelectOnFutureTables, grantUsage } from './statements';
import { grantsWords } from './words';

function plan({ spec, source, upstream }: PlanContext): PlanStep {
  const role = spec.source.role.name;
  const object = `privileges of ${role}`;
  const now = neededGrants(source, upstream);
  const later = neededDefaultPrivileges(source, upstream);
  const changes = [
    ...now.schemas.map((schema) => `USAGE on schema ${schema}`),
    ...now.tables.map((table) => `SELECT on ${tableName(table)}`),
    ...later.map(({ owner, schema }) => `SELECT on future tables of ${owner} in schema ${schema}`),
  ];
  if (changes.length === 0) return planStep('grants', 'keep', object, `${role} may read every table`);
  const sentence = `let ${role} read ${listed(now.tables.length > 0 ? now.tables.map(tableName) : ['future tables'])}`;
  return planStep('grants', source.role === null ? 'create' : 'change', object, sentence, { changes });
}

function script(spec: PipelineSpec): Script {
  const tables = tablesOf(spec);
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  const { name } = spec.source.role;
  return {
    comment: 'reading, now and for tables that follow; the last per owner of the tables',
    calls: [
      ...schemas.map((schema) => postgres(grantUsage(schema, name))),
      postgres(grantSelect(tables, name)),
      ...schemas.map((schema) => postgres(grantSelectOnFutureTables('<owner>', schema, name))),
    ],
  };
}

function removal({ found }: Shared): DestroyStep[] {
  const { take, kept } = recordedGrants(found);
  const run = take.map(revoke).filter((statement) => statement !== null);
  return [
    ...(run.length > 0
      ? [
          remove('remove-grants', 'privileges', `take back ${plural(run.length, 'privilege')} that n2m gave`, {
            changes: run,
            run: ended(run),
          }),
        ]
      : []),
    ...keptSteps('remove-grants', 'privileges', kept, found, (entry) => ended([revoke(entry)])),
  ];
}

/** What the role may read: the schemas and tables, and what the same owners make later. */
export const grants: GuideObject = {
  name: 'grants',
  recorded: true,
  steps: [{ id: 'grants', activity: 'ensureGrants', timeouts: 'quick', plan, script }],
  findings: grantsFindings,
  words: grantsWords,
  destroyUpstream: (context) =>
    context.source && !context.sourceStays ? removal(shared(context, context.source)) : [],
  handsOver: (_, found) => recordedGrants(found).kept,
  removals: [{ id: 'remove-grants', activity: 'revokeGrants', timeouts: 'quick' }],
};
