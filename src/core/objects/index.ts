import { watch } from './watch';
import { tables } from './tables';
import { source, takeDown } from './source';
import { secret } from './secret';
import { schema } from './schema';
import { role } from './role';
import { replicaIdentity } from './replica-identity';
import { publication } from './publication';
import { logicalReplication } from './logical-replication';
import { ipAllow } from './ip-allow';
import { grants } from './grants';
import { firstCopy } from './first-copy';
import { connection } from './connection';
import { cluster, steadySize } from './cluster';
import type { StepId } from '../plan/types';
import type { GuideObject, Removal } from './object';

/** Upstream, in the guide's order: what a table needs before it is published. */
export const UPSTREAM: readonly GuideObject[] = [
  logicalReplication,
  role,
  replicaIdentity,
  grants,
  publication,
  ipAllow,
];

/** In Materialize, before anything is read. */
export const ACCESS: readonly GuideObject[] = [schema, cluster, secret, connection];

/** What reads. */
export const INGEST: readonly GuideObject[] = [takeDown, source, tables];

/** From then on. */
export const SETTLE: readonly GuideObject[] = [firstCopy, steadySize, watch];

/** Every object of the guide, in its order. */
export const OBJECTS: readonly GuideObject[] = [...UPSTREAM, ...ACCESS, ...INGEST, ...SETTLE];

/** The steps that every plan of a run has. */
export const STEP_IDS: readonly StepId[] = OBJECTS.flatMap(({ steps }) =>
  steps.filter(({ occasional }) => !occasional).map(({ id }) => id),
);

const REMOVAL_ORDER: readonly StepId[] = [
  ...['remove-watch', 'remove-source', 'remove-slot', 'remove-connection', 'remove-secret', 'remove-cluster'],
  ...['drop-cluster', 'remove-schema', 'unpublish', 'restore-identity', 'remove-grants', 'remove-role', 'remove-ips'],
  ...['remove-publication', 'remove-record', 'logical-replication', 'look-at-strays'],
];

/**
 * A destroy's order: nothing is left without its owner. The watch, so that nobody is alarmed; what reads; what it read
 * through; what was shared; last of all the publication, whose comment is the record of the rest. A step that the list
 * does not name goes first upstream.
 */
export function removalOrder(id: StepId): number {
  const at = REMOVAL_ORDER.indexOf(id);
  return at < 0 ? REMOVAL_ORDER.indexOf('unpublish') - 0.5 : at;
}

/** What a destroy may have to do, in its order. */
export const REMOVALS: readonly Removal[] = OBJECTS.flatMap(({ removals = [] }) => removals).toSorted(
  (a, b) => removalOrder(a.id) - removalOrder(b.id),
);
