import { setTimeout as delay } from 'node:timers/promises';
import type { Approval } from '../../core/plan/types';
import { SeenViews } from './follow/seen-views';
import { readRun } from './read-run';
import type { Temporal } from './client';

/** A run plans before it knows whether it has to ask: a few seconds are worth knowing it at the prompt. */
const TIMEOUT = 10_000;

/** Waits until a fresh run has planned; what it then waits for, nothing when it went on, ended or takes too long. */
export async function approvalsAfterPlanning(
  temporal: Temporal,
  pipeline: string,
  execution: string,
): Promise<Approval[]> {
  const until = Date.now() + TIMEOUT;
  const views = new SeenViews();
  while (Date.now() < until) {
    const run = await readRun(temporal, pipeline, execution, views);
    if (!run || run.status !== 'RUNNING' || run.view === null) return [];
    if (run.view.phase !== 'planning') return run.view.waitingFor;
    await delay(250);
  }
  return [];
}
