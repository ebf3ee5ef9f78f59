import { z } from 'zod';
import { isAdded } from '../../core/destroy/added';
import type { DestroyInput } from '../../core/destroy/types';
import type { Beside, Plan, PlanAction, PlannedTable, RemovedTable } from '../../core/plan/types';
import type { CheckStep } from '../../core/run/check-step';
import type { SnapshotProgress } from '../../core/snapshot/types';
import { specSchema } from '../../core/spec/spec-schema';
import type { PipelineSpec } from '../../core/spec/types';

/**
 * What a step gets: the file, the tables as planned, and what the plan found for this step. `create` means the object
 * was absent when the plan was made: one that matches now is this run's own, made before an answer was lost.
 */
export interface StepInput {
  spec: PipelineSpec;
  tables: PlannedTable[];
  removed: RemovedTable[];
  syntax: Plan['syntax'];
  /** Tables that are copied again beside the ones there. */
  beside?: Beside;
  planned: PlanAction;
  /** Somebody agreed that the cluster's replicas go before those of another size come. */
  pause?: boolean;
}

export type { CheckStep };

export interface WindowInput extends StepInput {
  /** The last progress known, so that a new window keeps what was latched. */
  previous: SnapshotProgress | null;
  /** Return after this many milliseconds even if nothing happened. */
  maxDuration: number;
}

export interface FileInput {
  spec: PipelineSpec;
}

/**
 * What each activity takes. Types hold for our own workflows; whoever may start others can send anything, so the shape
 * is checked where it arrives. Names in plans come from catalogs and may hold any character; quoting is quote.ts's part.
 */

export const text = z.string().refine((value) => !value.includes('\0'), 'holds a null character');
const item = z.looseObject({ database: text, schema: text, name: text });
const table = z.looseObject({ schema: text, name: text });

const added = z.looseObject({ kind: text }).refine(isAdded, 'is nothing that a record holds');

export const knownShape = z.looseObject({ slot: text.nullable(), added: z.array(added) });
const dependents = z.array(z.looseObject({ id: text, type: text, name: text }));

export const definitionShape = z.looseObject({
  id: text,
  type: text,
  name: text,
  item,
  sql: text.nullable(),
  owner: text.nullable(),
  grants: z.array(text),
  comments: z.array(text),
});

const dropped = z.array(z.looseObject({ id: text, kind: z.enum(['subsource', 'table']), item, upstream: table }));

/** The file, and what else there is. */
export function takes<Input extends FileInput>(more: z.ZodRawShape = {}): z.ZodType<Input> {
  return z.looseObject({ spec: specSchema, ...more }) as unknown as z.ZodType<Input>;
}

const STEP = {
  tables: z.array(z.looseObject({ ...table.shape, target: text })),
  removed: z.array(z.looseObject({ ...table.shape, target: text })),
  syntax: z.enum(['subsources', 'tables']),
  beside: z
    .looseObject({
      groups: z.array(z.looseObject({ tables: dropped })),
      left: z.array(z.looseObject({ id: text, name: text })),
      unnamed: z.array(text),
    })
    .optional(),
  pause: z.boolean().optional(),
  planned: z.enum(['create', 'change', 'keep', 'adopt', 'drop', 'conflict']),
};

export const file = takes<FileInput>();
export const step = takes<StepInput>(STEP);
export const window = takes<WindowInput>({ ...STEP, maxDuration: z.number() });
export const destroy = takes<DestroyInput>({
  plan: z.looseObject({ known: knownShape, dependents, leaveUpstream: z.boolean() }),
});

export const rebuildShape = z.looseObject({
  damage: z.looseObject({
    recreate: z.array(text),
    dead: dropped,
  }),
  dependents,
  slot: text.nullable(),
});
