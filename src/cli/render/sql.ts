import { OBJECTS } from '../../core/objects';
import type { Call, Script } from '../../core/objects/script';
import type { StepId } from '../../core/plan/types';
import type { PipelineSpec } from '../../core/spec/types';

export interface ScriptStep extends Script {
  id: StepId;
}

/**
 * What a first run sends, in its order, out of the file alone: the same builders as the run's. What is there already is
 * left alone by a run.
 */
export function script(spec: PipelineSpec): ScriptStep[] {
  return OBJECTS.flatMap(({ steps }) =>
    steps.flatMap((step) => {
      const sent = step.script?.(spec) ?? null;
      return sent === null ? [] : [{ id: step.id, ...sent }];
    }),
  );
}

/** As one script: every step under its comment; calls that are no SQL are comments, too. */
export function renderSteps(pipeline: string, steps: ScriptStep[]): string[] {
  const lines = [
    `-- What n2m apply sends for ${pipeline} when nothing exists yet; what exists is kept or changed to this.`,
  ];
  let to: Call['to'] | null = null;
  for (const step of steps) {
    lines.push('', `-- ${step.id}: ${step.comment}`);
    for (const call of step.calls) {
      if (call.to !== to) lines.push(`-- to ${NAMES[call.to]}`);
      to = call.to;
      const sql = call.to === 'postgres' || call.to === 'materialize';
      lines.push(sql ? `${call.text};` : `--   ${call.text}`);
    }
  }
  return lines;
}

const NAMES: Record<Call['to'], string> = {
  postgres: 'Postgres',
  materialize: 'Materialize',
  neon: 'the Neon API',
  temporal: 'Temporal',
};
