import { type DestroyContext, UNTOUCHED } from '../../destroy/context';
import { absent, foreign, keep, leave, remove } from '../../destroy/step';
import type { DestroySource, DestroyStep } from '../../destroy/types';
import { plural } from '../../text/count';
import { named } from './rebuild-steps';
import { dropSlot } from './slot-statements';
import { dropSource } from './statements';

function sourceStep({ spec, target: { source } }: DestroyContext): DestroyStep {
  const { database, schema, names } = spec.materialize;
  const object = `source ${names.source}`;
  if (!source) return absent('remove-source', object);
  const why = foreign(source.comment, spec.name);
  if (why !== null) return keep('remove-source', object, why);
  const { children, dependents } = source;
  const views = dependents.length > 0 ? `, and what others built on them: ${named(dependents)}` : '';
  return remove('remove-source', object, `drop ${object} with ${plural(children.length, 'table')}${views}`, {
    changes: [
      ...children.map((child) => `drop ${child.schema}.${child.name}`),
      ...dependents.map((item) => `drop ${item.type.replaceAll('-', ' ')} ${item.name}`),
    ],
    interrupts: `${plural(children.length, 'table')} cannot be read any more`,
    irreversible: 'the copied rows and the replication slot go with it',
    run: [`${dropSource({ database, schema, name: names.source })};`],
  });
}

function slotStep({ known, sourceStays, sourceGoes }: DestroyContext, found: DestroySource): DestroyStep {
  const name = known.slot;
  if (name === null) {
    const { idleSlots } = found;
    if (idleSlots.length === 0) return absent('remove-slot', 'replication slot');
    const why = `nothing says whose ${idleSlots.join(', ')} ${idleSlots.length === 1 ? 'is' : 'are'}, idle in this database`;
    return keep(
      'remove-slot',
      'replication slot',
      why,
      idleSlots.map((slot) => `${dropSlot(slot)};`),
    );
  }
  const object = `slot ${name}`;
  const there = found.slots.some((slot) => slot.slot === name && slot.exists);
  if (sourceStays && there) return keep('remove-slot', object, 'the source that reads it stays');
  if (!there && !sourceGoes) return absent('remove-slot', object);
  return remove('remove-slot', object, `see that ${object} is gone from the server, else drop it`, {
    run: [`${dropSlot(name)};`],
  });
}

function slotLeft({ known: { slot } }: DestroyContext): DestroyStep[] {
  if (slot === null) return [];
  const danger = `${UNTOUCHED}; unless Materialize dropped it, it keeps WAL until the disk is full`;
  return [leave('remove-slot', `slot ${slot}`, danger, [`${dropSlot(slot)};`])];
}

/** The source with its tables and what is built on them. */
export function destroy(context: DestroyContext): DestroyStep[] {
  const { target, going } = context;
  const step = sourceStep(context);
  if (step.fate === 'remove' && target.source) {
    const { id, progressId, children, dependents } = target.source;
    [id, progressId, ...children.map((child) => child.id), ...dependents.map((item) => item.id)].forEach(
      (gone) => gone !== null && going.add(gone),
    );
  }
  return [step];
}

/** The slot, which Materialize drops with the source where it can reach the server. */
export const destroySlot = (context: DestroyContext): DestroyStep[] =>
  context.source === null ? slotLeft(context) : [slotStep(context, context.source)];
