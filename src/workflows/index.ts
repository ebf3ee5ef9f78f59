import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { checkReplication } from './check-replication';
import { destroyReplication, planDestruction } from './destroy-replication';
import { planReplication } from './plan-replication';
import { examine } from './questions/examine';
import { lookUp } from './questions/look-up';
import { planRepair, repairReplication } from './repair-replication';
import { replicate } from './replicate';
import { planRotation, rotateReplication } from './rotate-replication';
import { verifyReplication } from './verify';

/**
 * What only looks moves on to the version that is current: nothing of it is worth keeping an old worker for, and a check
 * that waits for a worker that is gone would keep the next one from beginning. All else ends on the version it began with.
 */
const looks = [
  ...[checkReplication, verifyReplication, examine, lookUp],
  ...[planReplication, planRepair, planRotation, planDestruction],
];
for (const look of looks) setWorkflowOptions(onVersions, look as (input: never) => Promise<unknown>);

/** A server refuses what workers without a version complete as if they had one. */
function onVersions(): { versioningBehavior?: 'AUTO_UPGRADE' } {
  return workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'AUTO_UPGRADE' } : {};
}

export {
  checkReplication,
  destroyReplication,
  examine,
  lookUp,
  planDestruction,
  planRepair,
  planReplication,
  planRotation,
  repairReplication,
  replicate,
  rotateReplication,
  verifyReplication,
};
