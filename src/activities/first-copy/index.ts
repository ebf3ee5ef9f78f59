export { awaitRunning } from './await-running';
export { awaitSnapshot } from './await-snapshot';
