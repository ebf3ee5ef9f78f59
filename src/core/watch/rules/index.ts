/** The table of what is watched, one file per subject. */
import { clusterRules } from './cluster';
import { copyRules } from './copy';
import { partitionRules } from './partitions';
import { publicationRules } from './publication';
import { reachRules } from './reach';
import { rowSecurityRules } from './row-security';
import { serverRules, standbyRules } from './server';
import { slotRules } from './slot';
import { snapshotRules } from './snapshot';
import { sourceRules } from './source';
import { tableRules } from './tables';
import { writeRules } from './writes';
import type { WatchRule } from './rule';

/** Everything that is watched, in the order in which causes come before their effects. */
export const WATCH_RULES: readonly WatchRule[] = [
  ...writeRules,
  ...serverRules,
  ...standbyRules,
  ...publicationRules,
  ...rowSecurityRules,
  ...slotRules,
  ...snapshotRules,
  ...sourceRules,
  ...clusterRules,
  ...tableRules,
  ...partitionRules,
  ...copyRules,
  ...reachRules,
];

export const WATCH_RULE_IDS: string[] = WATCH_RULES.map(({ id }) => id);
