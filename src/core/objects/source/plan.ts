import { isManaged, keepOrAdopt, listed, ownerWords, type PlanContext, planStep } from '../../plan/context';
import { ownerOf } from '../../plan/ownership';
import type { DroppedTable, PlannedTable, PlanStep } from '../../plan/types';
import { plural } from '../../text/count';
import { settledName } from '../beside/names';
import { copyCost } from '../cluster/estimate';
import { childOf, isRebuilt, tableName } from '../tables/select';
import { dropSourceSteps, dropTablesStep, keepDefinitionsStep, recreateStep } from './rebuild-steps';
import { givesUp } from './syntax';

export function planSource(context: PlanContext): PlanStep {
  const { spec, target, tables, recreate } = context;
  const name = spec.materialize.names.source;
  const object = `source ${name}`;
  const found = target.source;
  const changes = tables.map((table) => leadsTo(context, table));
  if (found === null) {
    const sentence = `create ${object} with ${plural(tables.length, 'table')} in cluster ${spec.materialize.cluster.name}`;
    return planStep('source', 'create', object, sentence, { changes });
  }
  const owner = ownerOf(found.comment, spec.name);
  const add = tables.filter((table) => {
    const child = childOf(spec, target, table);
    return child === null || settledName(child) !== table.target;
  });
  if (owner.kind === 'pipeline' || (!isManaged(context, found.comment) && (recreate.length > 0 || add.length > 0))) {
    return planStep(
      'source',
      'conflict',
      object,
      `${object} exists, ${ownerWords(context, found.comment)} and differs`,
      {
        changes: [`there: ${sourceWords(found)}`, `file: ${fileWords(context)}`],
      },
    );
  }
  if (recreate.length > 0 && owner.kind !== 'us') {
    const sentence = `${object} was adopted and would have to be made again, which n2m does only with its own`;
    return planStep('source', 'conflict', object, sentence, { changes: recreate });
  }
  const again = tables.filter((table) => isRebuilt(context.rebuild, table));
  if (recreate.length > 0) {
    const sentence = `create ${object} again with ${plural(tables.length, 'table')} in cluster ${spec.materialize.cluster.name}`;
    // The old one is gone by then: what an attempt finds is what the one before it made.
    return planStep('source', 'create', object, sentence, { changes });
  }
  if (add.length + again.length === 0) {
    return planStep(
      'source',
      keepOrAdopt(context, found.comment),
      object,
      `${object} has its ${plural(tables.length, 'table')}`,
    );
  }
  const waits =
    found.children.length > again.length ? '; the tables already there wait until the new ones are copied' : '';
  return planStep('source', 'change', object, `add ${listed([...add, ...again].map(tableName))} to ${object}${waits}`, {
    changes: [...add, ...again].map((table) => `add ${leadsTo(context, table)}`),
    interrupts:
      waits === '' ? null : 'no table of this source moves on while the new ones are copied; upstream keeps the WAL',
  });
}

/** `public.orders → orders`, and which constraints it is made without. */
function leadsTo({ spec }: PlanContext, table: PlannedTable): string {
  const refs = (spec.source.excludeConstraints ?? []).filter(
    (ref) => ref.schema === table.schema && ref.table === table.name,
  );
  const names = refs.flatMap(({ constraint }) => constraint ?? []);
  const without = names.length < refs.length ? ', without any constraint' : `, without ${listed(names)}`;
  return `${tableName(table)} → ${table.target}${refs.length === 0 ? '' : without}`;
}

/** What is dropped before the source step and made again after it; nothing where everything changes in place. */
export function rebuildSteps(context: PlanContext): { before: PlanStep[]; after: PlanStep[] } {
  const { spec, target, rebuild, tables } = context;
  const { owed = [] } = target;
  if (rebuild === null) return { before: [], after: owed.length > 0 ? [recreateStep(owed.length)] : [] };
  const { damage, dependents } = rebuild;
  const all = (target.source?.children ?? []).map(({ upstream }) => upstream);
  const again = damage.recreate.length > 0 ? tables : tables.filter((table) => isRebuilt(rebuild, table));
  const cost = copyCost(spec, target, again);
  const drops =
    damage.recreate.length > 0
      ? dropSourceSteps(
          spec.materialize.names.source,
          rebuild,
          all,
          `; copies ${plural(again.length, 'table')} again: ${cost}${givesUp(context)}`,
          {
            approval: 'recreate-source',
          },
        )
      : [
          dropTablesStep('drop-to-recopy', rebuild, `to copy ${again.length === 1 ? 'it' : 'them'} again: ${cost}`, {
            approval: damage.dead.map(recopyKey)[0] ?? null,
          }),
        ];
  const keep = keepDefinitionsStep(rebuild, { approval: dependents.length > 0 ? 'rebuild-dependents' : null });
  const count = dependents.length + (damage.recreate.length > 0 ? all.length : damage.dead.length);
  return { before: [keep, ...drops], after: [recreateStep(count + owed.length)] };
}

/** The key that approves copying one table again: `copy-again:public.orders`. */
export const recopyKey = (table: DroppedTable): string => `copy-again:${tableName(table.upstream)}`;

/** Of what is dropped and made again, or copied again, with what others built on it. */
export const asksToRemake = (key: string): boolean =>
  ['recreate-source', 'rebuild-dependents'].includes(key) || key.startsWith('copy-again:');

function sourceWords(found: NonNullable<PlanContext['target']['source']>): string {
  const tables = listed(found.children.map((child) => tableName(child.upstream)).sort(), 20);
  return `cluster ${found.cluster}, publication ${found.publication ?? 'unknown'}, tables ${tables || 'none'}`;
}

function fileWords({ spec, tables }: PlanContext): string {
  const names = listed(tables.map(tableName).sort(), 20);
  return `cluster ${spec.materialize.cluster.name}, publication ${spec.source.publication}, tables ${names}`;
}
