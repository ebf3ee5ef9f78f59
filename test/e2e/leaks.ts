import { historyToJSON } from '@temporalio/common/lib/proto-utils';
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

/**
 * All that Temporal keeps and shows of a pipeline: histories in both forms, descriptions with memo, search attributes,
 * pending activities and heartbeats, and the current details.
 */
export async function kept(world: World): Promise<Record<string, string>> {
  const places: Record<string, string> = {};
  for await (const { workflowId, runId } of world.temporal.workflow.list({ query: `N2mPipeline = '${world.name}'` })) {
    const handle = world.temporal.workflow.getHandle(workflowId, runId);
    const history = await handle.fetchHistory();
    const description = await handle.describe();
    const place = `${workflowId} ${runId}`;
    places[`history of ${place}`] = readable(history) + historyToJSON(history);
    places[`description of ${place}`] = [description.raw, description.memo, description.typedSearchAttributes]
      .map(readable)
      .join('\n');
    places[`details of ${place}`] = readable(await handle.query('__temporal_workflow_metadata'));
  }
  return places;
}
