import type { SourceObjectFacts } from '../../core/objects/source/facts';
import { isOurs } from '../../core/plan/ownership';
import type { PipelineSpec } from '../../core/spec/types';
import { systemError } from '../../systems/errors';
import { readSource } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { itemsOf } from '../support/sessions';

/** The pipeline's own source with its tables. Conflict where it is gone, or somebody else's by now. */
export async function readOurs(client: SqlClient, spec: PipelineSpec): Promise<SourceObjectFacts> {
  const { source } = itemsOf(spec);
  const found = await readSource(client, source);
  if (found && isOurs(found.comment, spec.name)) return found;
  throw systemError('Conflict', 'materialize', `source ${source.name} is not there, or not this pipeline's any more`, {
    hint: 'n2m apply FILE looks again',
  });
}
