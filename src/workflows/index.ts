export { checkReplication } from './check-replication';
export { destroyReplication, planDestruction } from './destroy-replication';
export { examine } from './questions/examine';
export { lookUp } from './questions/look-up';
export { planReplication } from './plan-replication';
export { planRepair, repairReplication } from './repair-replication';
export { replicate } from './replicate';
export { verifyReplication } from './verify';
export { planRotation, rotateReplication } from './rotate-replication';
