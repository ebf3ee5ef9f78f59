import { mergeAdded, type Added } from '../core/destroy/added';
import { isOurs, readMark, writeMark } from '../core/plan/ownership';
import * as sql from '../core/sql/postgres';
import type { PipelineSpec } from '../core/spec/types';
import { readPublication } from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import { createAndLook } from './ensure';

/**
 * Records on the publication what is about to be added to things shared with others: before it is done, as what was
 * added and not recorded would stay behind for ever. The publication is made for it, still empty: a table that is
 * published before it logs full rows would refuse updates. Nothing is recorded on a publication of somebody else.
 */
export async function recordAdded(client: SqlClient, spec: PipelineSpec, added: readonly Added[]): Promise<void> {
  if (added.length === 0) return;
  const name = spec.source.publication;
  const look = () => readPublication(client, name);
  const create = () => client.query(sql.createEmptyPublication(name, writeMark(spec.name)));
  const facts = (await look()) ?? (await createAndLook(create, look, `publication ${name}`, 'source'));
  if (!isOurs(facts.comment, spec.name)) return;
  const mark = writeMark(spec.name, mergeAdded(readMark(facts.comment)?.added ?? [], added));
  if (mark !== facts.comment) await client.query(sql.commentOn('PUBLICATION', name, mark));
}
