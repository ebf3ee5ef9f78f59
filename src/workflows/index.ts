export { checkReplication } from './check-replication';
export { planReplication } from './plan-replication';
export { replicate } from './replicate';
