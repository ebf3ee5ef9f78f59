export { dropLeftClusters, ensureCluster, removeCluster } from './cluster';
export { rightSize } from './right-size';
