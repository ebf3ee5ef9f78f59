import { listed, planStep } from '../../plan/context';
import type { DependentFacts } from './facts';
import type { PlanStep, Rebuild } from '../../plan/types';
import { plural } from '../../text/count';
import { tableName } from '../tables/select';

type Rest = Partial<Pick<PlanStep, 'changes' | 'interrupts' | 'irreversible' | 'approval'>>;

/** `view shop.a, index shop.b and 3 more`. */
export function named(objects: { type: string; name: string }[], most = 4): string {
  const words = objects.map(({ type, name }) => `${type.replaceAll('-', ' ')} ${name}`);
  return listed(words, most);
}

const madeAgain = (dependents: DependentFacts[]): string =>
  dependents.length > 0 ? `, made again afterwards: ${named(dependents)}` : '';

export const keepDefinitionsStep = ({ dependents }: Rebuild, rest: Rest = {}): PlanStep =>
  planStep(
    'keep-definitions',
    'change',
    plural(dependents.length, 'definition'),
    `read and keep the definitions of ${plural(dependents.length, 'object')} built on what is dropped`,
    rest,
  );

/** `again`: what it is dropped for, `to add it again`. */
export function dropTablesStep(
  id: 'drop-dead-tables' | 'drop-to-recopy',
  { damage: { dead }, dependents }: Rebuild,
  again: string,
  rest: Rest = {},
): PlanStep {
  const tables = listed(dead.map((table) => tableName(table.upstream)));
  return planStep(id, 'drop', tables, `drop ${tables} alone, ${again}${madeAgain(dependents)}`, {
    changes: dead.map((table) => `${tableName(table.upstream)}: ${table.why}`),
    interrupts: `${tables} cannot be read until copied again; the other tables wait meanwhile`,
    ...rest,
  });
}

/** The source, and proof that its slot is gone, where the file still leads to its server. `tables`: all it has. */
export function dropSourceSteps(
  source: string,
  { damage: { recreate }, dependents, slot, moved }: Rebuild,
  tables: { schema: string; name: string }[],
  cost: string,
  rest: Rest = {},
): PlanStep[] {
  const object = `source ${source}`;
  const sentence = `drop ${object}, to make it again: ${recreate.join('; ')}${cost}${madeAgain(dependents)}`;
  return [
    planStep('drop-source', 'drop', object, sentence, {
      changes: [...recreate, ...tables.map((table) => `copy ${tableName(table)} again`)],
      interrupts: `${plural(tables.length, 'table')} cannot be read until copied again`,
      irreversible: 'what Materialize still has of them goes first, and the replication slot with it',
      ...rest,
    }),
    ...(moved
      ? []
      : [planStep('remove-slot', 'drop', `slot ${slot ?? ''}`, 'see that the old slot is gone from the server')]),
  ];
}

/** As many as were kept: what is built on the tables, and what the tables themselves carry. */
export function recreateStep(count: number): PlanStep {
  const object = plural(count, 'definition');
  return planStep('recreate-dependents', 'create', object, `make ${object} again, in order, and compare`);
}

/** Why somebody has to agree where others lose something for a while. */
export function rebuildReason(dependents: DependentFacts[]): string {
  const sinks = dependents.some(({ type }) => type === 'sink') ? '; a sink made again sends everything again' : '';
  return `drop and make again what others built on it: ${named(dependents, 20)}${sinks}`;
}
