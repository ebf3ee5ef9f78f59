import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { isInRecovery, publicationExists } from '../upstream';
import type { DataflowContext } from './dataflow-context';
import { DefiniteError, TransientError, upstream } from './errors';
import { advanceFrontiers, advanceWriteFrontier } from './reports/frontiers';
import { ReplicationStream } from './stream/replication-stream';
import { isLive } from './tables/running-table';
import { checkSchemas } from './tables/schema-check';
import { takeSlot } from './stream/slot-life';
import { takeSnapshot } from './tables/snapshot';
import { appliedLsn, storedTables } from './store';
import { consume, probe, type Feed } from './stream/stream';

const PROBE_EVERY_MS = 1000;
/** How long to look whether a cut walsender was the only connection lost. */
const SETTLE_MS = 1000;
const CLOSED = 'sql client error: connection closed';
const LOST = /terminating connection|^connection closed$|^error connecting to server: Connection re/;

async function loadTables(context: DataflowContext): Promise<void> {
  const ids = context.tables.map(({ id }) => id);
  const known = await storedTables(context.store, ids);
  for (const table of context.tables) {
    const stored = known.get(table.id);
    table.committed = stored?.committed ?? false;
    table.snapshotLsn = stored?.snapshotLsn ?? 0n;
    table.dead = stored?.definite ?? false;
  }
}

/** Asks upstream once a second where it is: tells the consumer, or moves the progress relation before there is one. */
async function watchUpstream(context: DataflowContext, metadata: Client, feed: () => Feed | null): Promise<never> {
  for (;;) {
    const found = await probe(metadata, context.standby);
    const consumer = feed();
    if (consumer !== null) consumer.push(found);
    else if (context.tables.length === 0) await advanceFrontiers(context.store, ownFrontiers(context), found.at);
    else if (context.progressId !== null) await advanceWriteFrontier(context.store, context.progressId, found.at);
    await pause(PROBE_EVERY_MS, undefined, { signal: context.signal });
  }
}

const ownFrontiers = ({ sourceId, progressId }: DataflowContext): string[] =>
  progressId === null ? [sourceId] : [sourceId, progressId];

/** Compares the tables with upstream's from time to time. */
async function watchSchemas(context: DataflowContext, feed: Feed): Promise<never> {
  const client = await upstream(context.open('plain'));
  for (;;) {
    await pause(context.settings.schemaValidationInterval, undefined, { signal: context.signal });
    if (context.settings.checksRecovery) await checkRecovery(client, context.standby);
    const tables = context.tables.filter(isLive);
    for (const { table, error } of await checkSchemas(client, context.publication, tables)) {
      feed.push({ kind: 'invalid', table, error });
    }
  }
}

async function ingest(context: DataflowContext, metadata: Client, streaming: (feed: Feed) => void): Promise<never> {
  if (!(await upstream(publicationExists(metadata, context.publication)))) {
    throw new DefiniteError(`publication "${context.publication}" does not exist`);
  }
  const applied = await appliedLsn(context.store, context.sourceId);
  await loadTables(context);
  const replication = await upstream(context.open('replication'));
  await checkTimeline(replication, context.timelineId);
  const resumeLsn = await takeSlot(metadata, replication, context.slot, applied, context.signal);
  const missing = context.tables.filter((table) => isLive(table) && !table.committed);
  if (missing.length > 0) await takeSnapshot(context, missing, resumeLsn);
  // Without tables nothing is streamed and nothing acknowledged.
  if (context.tables.length === 0) return forever(context.signal);
  const feed: Feed = new ReplicationStream(replication);
  feed.start(context.slot, context.publication, resumeLsn);
  streaming(feed);
  void watchSchemas(context, feed).catch((error: Error) => feed.fail(error));
  return consume(context, feed, resumeLsn);
}

/** A restored server begins another timeline: what was copied is of a history that it does not have. */
async function checkTimeline(replication: Client, expected: string | null): Promise<void> {
  const { rows } = await upstream(replication.query<{ timeline: number }>('IDENTIFY_SYSTEM'));
  const actual = rows[0]?.timeline;
  if (expected === null || actual === undefined || String(actual) === expected) return;
  const restored = 'unsupported action: database restored from point-in-time backup';
  throw new DefiniteError(`${restored}. Expected timeline ID ${expected} but got ${actual}`);
}

/**
 * Sources of primaries end on a standby, as the host of a primary before a failover leads to one; those of a standby end
 * where it is promoted.
 */
async function checkRecovery(client: Client, expected: boolean): Promise<void> {
  const actual = await upstream(isInRecovery(client));
  if (actual === expected) return;
  const changed =
    'unsupported action: upstream physical replica status changed (e.g. a physical replica was promoted to a primary)';
  throw new DefiniteError(`${changed}. Expected pg_is_in_recovery()=${expected} but got ${actual}`);
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
}

/**
 * Runs a source once, from connecting to the error that ends it: TransientError, DefiniteError, or whatever the store
 * failed with. Never returns otherwise. `end` aborts `context.signal`; when this throws, nothing of the run is left.
 */
export async function runDataflow(context: DataflowContext, end: () => void): Promise<never> {
  const parts: Promise<never>[] = [];
  let connected = false;
  let closed = false;
  let feed: Feed | null = null;
  try {
    const metadata = await upstream(context.open('plain'));
    connected = true;
    // Before anything else is asked, some of which a standby refuses.
    if (context.settings.checksRecovery) await checkRecovery(metadata, context.standby);
    const lost = new Promise<never>((_, reject) => {
      metadata.once('end', () => {
        closed = true;
        reject(new TransientError(CLOSED));
      });
    });
    parts.push(
      watchUpstream(context, metadata, () => feed),
      ingest(context, metadata, (started) => (feed = started)),
    );
    return await Promise.race([lost, ...parts]);
  } catch (error) {
    // A server that goes down ends plain connections too, and refuses one that is just being made; a cut walsender alone is
    // told in the server's words.
    const cut = connected && error instanceof TransientError && LOST.test(error.message);
    for (let waited = 0; cut && !closed && waited < SETTLE_MS; waited += 10) await pause(10);
    throw cut && closed ? new TransientError(CLOSED) : error;
  } finally {
    end();
    await Promise.allSettled(parts);
  }
}
