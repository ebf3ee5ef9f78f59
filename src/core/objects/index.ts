import type { StepId } from '../plan/types';
import { changeOfPlaces, copies } from './beside';
import { cluster, steadySize } from './cluster';
import { connection } from './connection';
import { firstCopy } from './first-copy';
import { grants } from './grants';
import { ipAllow } from './ip-allow';
import { logicalReplication } from './logical-replication';
import type { GuideObject, Removal } from './object';
import { publication } from './publication';
import { replicaIdentity } from './replica-identity';
import { role } from './role';
import { schema } from './schema';
import { secret } from './secret';
import { source, takeDown } from './source';
import { tables } from './tables';
import { watch } from './watch';

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

/** What reads, and what has to go before it can be made again. */
export const SOURCE: readonly GuideObject[] = [takeDown, source, copies];

/** What left the file. */
export const LEAVING: readonly GuideObject[] = [tables];

/** Until everything is copied. */
export const COPYING: readonly GuideObject[] = [firstCopy];

/** What was copied beside other tables takes their places. */
export const PLACING: readonly GuideObject[] = [changeOfPlaces];

/** Until the cluster has its size for the time after. */
export const SIZING: readonly GuideObject[] = [steadySize];

/** From then on. */
export const HAND_OVER: readonly GuideObject[] = [watch];

/** Every object of the guide, in its order. */
export const OBJECTS: readonly GuideObject[] = [
  ...[UPSTREAM, ACCESS, SOURCE, LEAVING, COPYING, PLACING, SIZING, HAND_OVER].flat(),
];

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
