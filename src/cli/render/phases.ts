import type { StepId } from '../../core/plan/types';
import type { RunPhase, RunView, StepView } from '../../core/run/types';

export const PHASES: Record<RunPhase, string> = {
  planning: 'planning',
  'waiting-for-approval': 'waiting for approval',
  'setting-up': 'setting up',
  snapshotting: 'copying the tables',
  'right-sizing': 'right-sizing the cluster',
  'handing-over': 'handing over to the watch',
  removing: 'taking it down',
  rotating: 'changing the password',
  repairing: 'repairing',
  proving: 'looking again',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** The phase in which a run of each kind does its steps; the others are of all. */
const WORKING: Record<string, RunPhase> = {
  replicate: 'setting-up',
  repairReplication: 'repairing',
  rotateReplication: 'rotating',
  destroyReplication: 'removing',
};

const OWN: Partial<Record<StepId, RunPhase>> = { snapshot: 'snapshotting', 'right-size': 'right-sizing' };

/** The phase a step belongs to, also where the run is past it; what the plan keeps belongs to the work. */
export function phaseOfStep(step: StepView, { phase }: RunView, workflowType: string): RunPhase {
  if (phase === 'planning' || phase === 'waiting-for-approval') return phase;
  const working = WORKING[workflowType] ?? phase;
  if (step.startedAt === null) return working;
  if (step.id === 'watch' && workflowType === 'replicate') return 'handing-over';
  return OWN[step.id] ?? working;
}
