import type { Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { until } from './until';
import type { World } from './world';

/** Written here anew, not taken from the product: what hides secrets must not decide what counts as one. */
export function formsOf(secret: string): string[] {
  const cores = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    // The characters that only the secret's own bytes decide.
    return text.slice(offset === 0 ? 0 : offset + 1, Math.floor(((offset + Buffer.byteLength(secret)) * 8) / 6));
  });
  const urls = [encodeURIComponent(secret), encodeURI(secret), new URLSearchParams({ s: secret }).toString().slice(2)];
  const lower = urls.map((url) => url.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()));
  const webSafe = cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), secret.replaceAll("'", "''")])]
    .concat(urls, lower, cores, webSafe)
    .filter((form, index, all) => all.indexOf(form) === index);
}

/** Where which secret shows: `name in place`, never the secret itself. */
export function leaks(places: Record<string, string>, secrets: Record<string, string>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = formsOf(secret);
    return Object.entries(places)
      .filter(([, text]) => forms.some((form) => text.includes(form)))
      .map(([place]) => `${name} in ${place}`);
  });
}

/** Bytes as they are and as text: payloads hold JSON that base64 would hide from a plain search. */
const readable = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (part instanceof Uint8Array) return Buffer.from(part).toString('utf8');
    return typeof part === 'bigint' ? part.toString() : part;
  });

/** What Temporal keeps of a pipeline, once each of `places` is among it: what lists runs follows what starts them. */
export const keptWith = (world: World, places: string[]): Promise<Record<string, string>> =>
  until(async () => {
    const found = await kept(world);
    const names = Object.keys(found).join('\n');
    return places.every((place) => names.includes(place)) ? found : undefined;
  }, places.join(', '));

/**
 * All that Temporal keeps and shows of a pipeline, as it is stored, whether a codec has written it or not: histories in
 * both forms, descriptions with memo, search attributes, pending activities and heartbeats, the current details, and
 * the schedule with its action.
 */
async function kept({ temporal, name, env }: World): Promise<Record<string, string>> {
  const { workflowService } = temporal.connection as Connection;
  const namespace = env.TEMPORAL_NAMESPACE;
  const places: Record<string, string> = {};
  const query = `N2mPipeline = '${name}'`;
  const { executions } = await workflowService.listWorkflowExecutions({ namespace, query, pageSize: 1000 });
  for (const info of executions) {
    const { workflowId, runId } = info.execution ?? {};
    const execution = { workflowId, runId };
    const history = await temporal.workflow.getHandle(workflowId ?? '', runId ?? '').fetchHistory();
    const place = `${workflowId} ${runId}`;
    places[`history of ${place}`] = readable(history) + historyToJSON(history);
    const description = await workflowService.describeWorkflowExecution({ namespace, execution });
    places[`description of ${place}`] = readable([info, description]);
    const details = { queryType: '__temporal_workflow_metadata' };
    places[`details of ${place}`] = readable(
      await workflowService.queryWorkflow({ namespace, execution, query: details }),
    );
  }
  const { schedules } = await workflowService.listSchedules({ namespace, query, maximumPageSize: 100 });
  for (const entry of schedules) {
    const { scheduleId } = entry;
    const schedule = await workflowService.describeSchedule({ namespace, scheduleId });
    places[`schedule ${scheduleId}`] = readable([entry, schedule]);
  }
  return places;
}
