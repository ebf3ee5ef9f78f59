import { keep } from '../../../src/core/watch/readings/kept';
import type { CheckResult, PipelineReading, VerdictName } from '../../../src/core/watch/types';
import { checkResult } from '../../workflows/harness';

/** A check that read both sides; `at` is its time. */
export function check(pipeline: string, verdict: VerdictName, at = new Date().toISOString()): CheckResult {
  const plain = checkResult(pipeline);
  const reading = keep(readOf(at), 'first');
  return {
    ...plain,
    checkedAt: at,
    verdict: {
      ...plain.verdict,
      name: verdict,
      severity: verdict === 'healthy' ? 'ok' : 'critical',
      cause: `it is ${verdict}`,
    },
    reading,
    memory: { ...plain.memory, lastCheckAt: at },
  };
}

const readOf = (at: string): PipelineReading => ({
  ...{ takenAt: at, durationMs: 1, changeUnderWay: null, watch: null },
  source: {
    ok: true,
    value: {
      currentLsn: '0/300',
      maxSlotWalKeepSize: '1073741824',
      slot: {
        slot: 'materialize_abc',
        exists: true,
        active: true,
        walStatus: 'reserved',
        restartLsn: '0/100',
        confirmedFlushLsn: '0/200',
        retainedBytes: '512',
        unconfirmedBytes: '256',
        safeWalSize: null,
        inactiveSince: null,
        invalidationReason: null,
      },
      walSenders: [],
      blockers: [],
      writers: [],
      publication: { exists: true, tables: [{ schema: 'public', name: 'orders' }], leavesOut: [] },
      tables: [{ schema: 'public', name: 'orders', replicaIdentity: 'full' }],
    },
  },
  target: {
    ok: true,
    value: {
      source: { exists: true, id: 'u1', slot: 'materialize_abc', status: 'running', error: null, stalledSince: [] },
      tables: [
        {
          table: 'orders',
          id: 'u2',
          upstream: { schema: 'public', name: 'orders' },
          status: 'running',
          error: null,
          committed: true,
          freshnessMs: 1200,
        },
      ],
      offsetKnown: '100',
      offsetCommitted: '100',
      cluster: {
        exists: true,
        name: 'ingest_shop',
        size: '50cc',
        replicationFactor: 1,
        replicas: [{ id: 'u1', name: 'r1', size: '50cc', status: 'online', reason: null, since: null }],
        memory: 0.21,
        disk: null,
      },
    },
  },
});
