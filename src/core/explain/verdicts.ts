/** What the verdicts of the watch mean. */
import type { VerdictName } from '../watch/types';
import type { Entry } from './types';

export const verdictEntries: Record<VerdictName, Entry> = {
  healthy: [
    'Both sides were read, the source runs, every table is fresh and the slot moves.',
    'n2m status NAME shows the numbers of both sides.',
    'Nothing.',
  ],
  snapshotting: [
    'At least one table is copied for the first time; until it is committed it cannot be read, and the slot legitimately stands still.',
    'n2m status NAME shows rows, rate and remaining time per table.',
    'Wait. WAL piles up upstream meanwhile: keep an eye on retained-wal.',
  ],
  changing: [
    'A run (apply, repair, destroy) holds the pipeline, so what looks broken may be on its way.',
    'n2m status NAME shows its steps, and what it waits for.',
    'Wait, or answer it with n2m approve NAME or n2m reject NAME.',
  ],
  lagging: [
    'Data arrives, but late, or something runs towards a limit.',
    'n2m status NAME names the symptom with its numbers.',
    'Follow the next command it prints; often a larger materialize.cluster.steadySize.',
  ],
  stuck: [
    'Nothing moves although there is work: the slot stands still, a transaction holds it, or the cluster restarts.',
    'n2m status NAME names who holds it, where that can be seen.',
    'End the blocker it names, or give the cluster more memory.',
  ],
  broken: [
    'Data does not arrive any more, for all tables or for the named ones, and will not by itself.',
    'n2m status NAME names cause and table.',
    'Follow the next command it prints; after a lost slot or a dead table: n2m repair NAME.',
  ],
  unknown: [
    'At least one side could not be read, or no check ran. Nothing is concluded from that: not healthy, not broken.',
    'n2m status NAME says which side, why and since when; n2m doctor tells whether a worker runs.',
    'Make that side reachable for the worker, or start a worker.',
  ],
};
