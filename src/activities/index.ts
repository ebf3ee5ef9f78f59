import type { ExamineActivities } from '../core/examine/types';
import type { LookUpActivities } from '../core/lookup/types';
import type { PipelineSpec } from '../core/spec/types';
import { SystemError } from '../systems/errors';
import { awaitRunning } from './await-running';
import { awaitSnapshot } from './await-snapshot';
import { check } from './check';
import type { Deps } from './deps';
import { restoreIdentity } from './destroy-identity';
import { planDestroy } from './destroy-look';
import { removeSlot } from './destroy-slot';
import { removeIps, removePublication, removeRole, removeRecord, revokeGrants, unpublish } from './destroy-source';
import { removeCluster, removeConnection, removeSchema, removeSecret, removeSource } from './destroy-target';
import { removeWatch } from './destroy-watch';
import { examine } from './examine';
import { dropLeftClusters } from './left-clusters';
import { lookUp } from './look-up';
import { makePlan } from './make-plan';
import { dropTables, ensureConnection, ensureSource } from './materialize-source-steps';
import { ensureCluster, ensureSchema, ensureSecret } from './materialize-steps';
import { allowEgressIps, enableLogicalReplication } from './neon-steps';
import { planRepair } from './repair-look';
import { dropDeadTables, dropLostSource, keepDefinitions, recreateDependents } from './repair-steps';
import { rightSize } from './right-size';
import { ensureRole } from './role-step';
import { planRotate, reconnectSource, rotatePassword } from './rotate-steps';
import { ensureWatch } from './schedule';
import { ensureGrants, ensurePublication, ensureReplicaIdentity } from './source-steps';
import { isOutdated } from './source-directory';
import type { Activities } from './types';

export type { Deps } from './deps';

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
