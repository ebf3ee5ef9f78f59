import type { ExamineActivities } from '../core/examine/types';
import type { LookUpActivities } from '../core/lookup/types';
import type { PipelineSpec } from '../core/spec/types';
import { SystemError } from '../systems/errors';
import { awaitRunning } from './first-copy/await-running';
import { awaitSnapshot } from './first-copy/await-snapshot';
import { check } from './watch/check';
import type { Deps } from './support/deps';
import { restoreIdentity } from './replica-identity';
import { planDestroy } from './destroy/plan';
import { removeSlot } from './source/slot';
import { removeIps } from './ip-allow';
import { removePublication, removeRecord, unpublish } from './publication';
import { removeRole } from './role/remove';
import { revokeGrants } from './grants';
import { removeCluster } from './cluster';
import { removeConnection } from './connection';
import { removeSchema } from './schema';
import { removeSecret } from './secret';
import { removeSource } from './source/remove';
import { removeWatch } from './watch/remove';
import { examine } from './questions/examine';
import { dropLeftClusters } from './cluster';
import { lookUp } from './questions/look-up';
import { makePlan } from './plan/make-plan';
import { dropTables } from './tables';
import { ensureConnection } from './connection';
import { ensureSource } from './source/ensure';
import { ensureCluster } from './cluster';
import { ensureSchema } from './schema';
import { ensureSecret } from './secret';
import { allowEgressIps } from './ip-allow';
import { enableLogicalReplication } from './logical-replication';
import { planRepair } from './repair/plan';
import { dropDeadTables, dropLostSource, keepDefinitions, recreateDependents } from './repair/rebuild';
import { rightSize } from './cluster';
import { ensureRole } from './role/ensure';
import { planRotate, reconnectSource, rotatePassword } from './repair/rotate';
import { ensureWatch } from './watch/schedule';
import { ensureGrants } from './grants';
import { ensurePublication } from './publication';
import { ensureReplicaIdentity } from './replica-identity';
import { isOutdated } from './support/source-directory';
import type { Activities } from './types';

export type { Deps } from './support/deps';

type All = Activities & ExamineActivities & LookUpActivities;

/** After a refusal, whoever it came from, the next attempt asks for the address anew. */
function forgetting(deps: Deps, activities: All): All {
  const wrapped = Object.entries(activities).map(([name, activity]) => {
    const act = activity as (input: { spec?: PipelineSpec }) => Promise<unknown>;
    const run = async (input: { spec?: PipelineSpec }): Promise<unknown> => {
      try {
        return await act(input);
      } catch (error) {
        if (input.spec && error instanceof SystemError && isOutdated(error.info))
          deps.sources.forget(input.spec.source);
        throw error;
      }
    };
    return [name, run] as const;
  });
  return Object.fromEntries(wrapped) as unknown as All;
}

/** The activities as functions of what they need from the outside. */
export function createActivities(deps: Deps): All {
  return forgetting(deps, {
    examine: (input) => examine(deps, input),
    lookUp: (question) => lookUp(deps, question),
    makePlan: (input) => makePlan(deps, input),
    enableLogicalReplication: (input) => enableLogicalReplication(deps, input),
    ensureRole: (input) => ensureRole(deps, input),
    ensureReplicaIdentity: (input) => ensureReplicaIdentity(deps, input),
    ensureGrants: (input) => ensureGrants(deps, input),
    ensurePublication: (input) => ensurePublication(deps, input),
    allowEgressIps: (input) => allowEgressIps(deps, input),
    ensureSchema: (input) => ensureSchema(deps, input),
    ensureCluster: (input) => ensureCluster(deps, input),
    ensureSecret: (input) => ensureSecret(deps, input),
    ensureConnection: (input) => ensureConnection(deps, input),
    ensureSource: (input) => ensureSource(deps, input),
    dropTables: (input) => dropTables(deps, input),
    dropLeftClusters: (input) => dropLeftClusters(deps, input),
    awaitRunning: (input) => awaitRunning(deps, input),
    awaitSnapshot: (input) => awaitSnapshot(deps, input),
    rightSize: (input) => rightSize(deps, input),
    ensureWatch: (input) => ensureWatch(deps, input),
    check: (input) => check(deps, input),
    planDestroy: (input) => planDestroy(deps, input),
    removeWatch: (input) => removeWatch(deps, input),
    removeSource: (input) => removeSource(deps, input),
    removeSlot: (input) => removeSlot(deps, input),
    removeConnection: (input) => removeConnection(deps, input),
    removeSecret: (input) => removeSecret(deps, input),
    removeCluster: (input) => removeCluster(deps, input),
    removeSchema: (input) => removeSchema(deps, input),
    unpublish: (input) => unpublish(deps, input),
    restoreIdentity: (input) => restoreIdentity(deps, input),
    revokeGrants: (input) => revokeGrants(deps, input),
    removeRole: (input) => removeRole(deps, input),
    removeIps: (input) => removeIps(deps, input),
    removePublication: (input) => removePublication(deps, input),
    removeRecord: (input) => removeRecord(deps, input),
    planRotate: (input) => planRotate(deps, input),
    rotatePassword: (input) => rotatePassword(deps, input),
    reconnectSource: (input) => reconnectSource(deps, input),
    planRepair: (input) => planRepair(deps, input),
    keepDefinitions: (input) => keepDefinitions(deps, input),
    dropDeadTables: (input) => dropDeadTables(deps, input),
    dropLostSource: (input) => dropLostSource(deps, input),
    recreateDependents: (input) => recreateDependents(deps, input),
  });
}
