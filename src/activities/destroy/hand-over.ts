import { Context } from '@temporalio/activity';
import { mergeAdded, recordedSince, type Added } from '../../core/destroy/added';
import type { HandOver } from '../../core/destroy/hand-overs';
import { isOurs, writeMark } from '../../core/plan/ownership';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/postgres';
import { plural } from '../../core/text/count';
import { SystemError } from '../../systems/errors';
import { readPublication } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import type { Deps } from '../support/deps';
import { changeRecord, withRecordsLocked } from '../support/record';
import type { SourceSession } from '../support/sessions';
import { withPlace } from './other-places';

/** After so many attempts what does not work is left for the look after the last step to report. */
const ATTEMPTS = 5;

/**
 * Writes what others still need into their records, before ours goes: the last that needs it takes it back. Whether it
 * worked, the look after the last step sees.
 */
export async function handOver(
  deps: Deps,
  spec: PipelineSpec,
  session: SourceSession,
  handOvers: readonly HandOver[],
): Promise<void> {
  for (const { pipeline, place, entries } of handOvers) {
    try {
      await withPlace(deps, spec, session, place, async (client) => {
        if (!place.exists) await ensureRecord(client, pipeline, place.publication);
        await changeRecord(client, pipeline, place.publication, (texts) => mergeAdded(texts, entries));
      });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (error.info.retryable && Context.current().info.attempt < ATTEMPTS) throw error;
    }
  }
}

async function ensureRecord(client: SqlClient, pipeline: string, publication: string): Promise<void> {
  if ((await readPublication(client, publication)) !== null) return;
  await client.query(sql.createEmptyPublication(publication, writeMark(pipeline)));
}

/** Drops a publication of ours, unless its record holds what nobody knew of: another pipeline handed it over meanwhile. */
export function dropUnlessMore(
  client: SqlClient,
  pipeline: string,
  publication: string,
  known: readonly Added[],
): Promise<string | null> {
  return withRecordsLocked(client, async () => {
    const comment = (await readPublication(client, publication))?.comment ?? null;
    if (!isOurs(comment, pipeline)) return null;
    // The slot was recorded by this very run.
    const more = recordedSince(known, [{ comment }]).filter(({ kind }) => kind !== 'slot');
    if (more.length === 0) {
      await client.query(sql.dropPublication(publication));
      return null;
    }
    return `it records ${plural(more.length, 'thing')} that came after the plan; n2m destroy ${pipeline} takes them back, too`;
  });
}
