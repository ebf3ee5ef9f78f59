import type { Client } from '@temporalio/client';

export interface Checks {
  due: number;
  /** From the time a check was due to its start, milliseconds, sorted. */
  delays: number[];
  /** From start to end, milliseconds, sorted. */
  durations: number[];
  /** Events and bytes in each history. */
  events: number[];
  bytes: number[];
  missed: number;
  failed: number;
  /** Of one check: three for a start by a schedule, one for each activity and each change of search attributes. */
  actions: number;
}

/** What Temporal knows of the scheduled checks that were due between two instants (milliseconds). */
export async function readChecks(
  client: Client,
  { from, to, due }: { from: number; to: number; due: number },
): Promise<Checks> {
  const checks: Checks = { due, delays: [], durations: [], events: [], bytes: [], missed: 0, failed: 0, actions: NaN };
  let some: { workflowId: string; runId: string } | undefined;
  const query = `WorkflowType = 'checkReplication' AND StartTime >= '${new Date(from).toISOString()}'`;
  for await (const run of client.workflow.list({ query })) {
    const nominal = Date.parse(run.workflowId.slice(run.workflowId.lastIndexOf('check-') + 6));
    if (!(nominal >= from && nominal < to)) continue;
    checks.delays.push(run.startTime.getTime() - nominal);
    if (run.closeTime) checks.durations.push(run.closeTime.getTime() - run.startTime.getTime());
    if (run.historyLength) checks.events.push(run.historyLength);
    if (run.historySize) checks.bytes.push(run.historySize);
    if (run.status.name === 'COMPLETED') some = run;
    else if (run.status.name !== 'RUNNING') checks.failed += 1;
  }
  checks.delays.sort((a, b) => a - b);
  checks.durations.sort((a, b) => a - b);
  checks.missed = Math.max(0, due - checks.delays.length);
  if (some) checks.actions = await actionsOf(client, some);
  return checks;
}

async function actionsOf(client: Client, { workflowId, runId }: { workflowId: string; runId: string }) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const billed = (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes ?? event.upsertWorkflowSearchAttributesEventAttributes,
  );
  return 3 + billed.length;
}
