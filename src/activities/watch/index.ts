export { check } from './check';
export { removeWatch } from './remove';
export { ensureWatch } from './schedule';
export { tellRun } from './tell-run';
