import type { MetricMeter } from '@temporalio/common';
import type { SnapshotProgress } from '../../core/snapshot/types';
import type { VerifyResult } from '../../core/verify/types';
import { VERDICTS, type CheckResult } from '../../core/watch/types';

/** What the Prometheus endpoint says of pipelines. ops/ holds the alerts and the dashboard fed by these. */
export interface Metrics {
  check(result: CheckResult): void;
  snapshot(pipeline: string, progress: SnapshotProgress): void;
  verify(result: VerifyResult): void;
  /** A run that waits, failed or brought columns unasked was told of. */
  run(pipeline: string, rule: string): void;
}

/** Every metric with its unit and meaning; a test compares ops/ with this list. */
export const METRICS = {
  n2m_slot_retained_bytes: 'WAL the server keeps because of the slot',
  n2m_slot_unconfirmed_bytes: 'WAL Materialize has not confirmed',
  n2m_slot_cap_ratio: 'Retained WAL as a share of max_slot_wal_keep_size',
  n2m_slot_active: '1 while a consumer is connected to the slot',
  n2m_freshness_seconds: 'How far the oldest table is behind now',
  n2m_verdict: '1 for the verdict of the last check, 0 for the others',
  n2m_last_check_timestamp_seconds: 'When the last check completed',
  n2m_check_duration_seconds: 'How long a check took to read both sides',
  n2m_alerts_sent: 'Alerts delivered',
  n2m_alerts_failed: 'Deliveries that failed and will be tried again',
  n2m_run_alerts: 'Runs that were told of: run-waiting, run-failed, run-followed',
  n2m_snapshot_rows_copied: 'Rows of the first copy so far',
  n2m_snapshot_rows_expected: 'Rows the first copy is expected to have',
  n2m_verify_differing_rows: 'Rows that differed in the last comparison, of those that it read',
  n2m_verify_timestamp_seconds: 'When the last comparison began',
} as const;

type Name = keyof typeof METRICS;

export function createMetrics(meter: MetricMeter): Metrics {
  const gauge = (name: Name) => meter.createGauge(name, 'float', undefined, METRICS[name]);
  const counter = (name: Name) => meter.createCounter(name, undefined, METRICS[name]);
  const gauges = {
    retained: gauge('n2m_slot_retained_bytes'),
    unconfirmed: gauge('n2m_slot_unconfirmed_bytes'),
    cap: gauge('n2m_slot_cap_ratio'),
    active: gauge('n2m_slot_active'),
    freshness: gauge('n2m_freshness_seconds'),
    verdict: gauge('n2m_verdict'),
    lastCheck: gauge('n2m_last_check_timestamp_seconds'),
    copied: gauge('n2m_snapshot_rows_copied'),
    expected: gauge('n2m_snapshot_rows_expected'),
    differing: gauge('n2m_verify_differing_rows'),
    verified: gauge('n2m_verify_timestamp_seconds'),
  };
  const duration = meter.createHistogram(
    'n2m_check_duration_seconds',
    'float',
    undefined,
    METRICS.n2m_check_duration_seconds,
  );
  const sent = counter('n2m_alerts_sent');
  const failed = counter('n2m_alerts_failed');
  const runs = counter('n2m_run_alerts');

  return {
    check(result) {
      const tags = { pipeline: result.pipeline };
      const { source, target } = result.reading;
      if (source.ok) {
        const { slot, maxSlotWalKeepSize } = source.value;
        if (slot.retainedBytes !== null) gauges.retained.set(Number(slot.retainedBytes), tags);
        if (slot.unconfirmedBytes !== null) gauges.unconfirmed.set(Number(slot.unconfirmedBytes), tags);
        if (slot.retainedBytes !== null && maxSlotWalKeepSize !== null && Number(maxSlotWalKeepSize) > 0) {
          gauges.cap.set(Number(slot.retainedBytes) / Number(maxSlotWalKeepSize), tags);
        }
        gauges.active.set(slot.active ? 1 : 0, tags);
      }
      if (target.ok) {
        const { freshnessMs } = target.value.tables;
        if (freshnessMs !== null) gauges.freshness.set(freshnessMs / 1000, tags);
      }
      for (const verdict of VERDICTS) gauges.verdict.set(result.verdict.name === verdict ? 1 : 0, { ...tags, verdict });
      gauges.lastCheck.set(Date.parse(result.checkedAt) / 1000, tags);
      duration.record(result.reading.durationMs / 1000, tags);
      sent.add(result.alertsSent.length, tags);
      failed.add(result.alertsFailed, tags);
    },
    verify({ pipeline, differing, startedAt }) {
      gauges.differing.set(differing, { pipeline });
      gauges.verified.set(Date.parse(startedAt) / 1000, { pipeline });
    },
    run(pipeline, rule) {
      runs.add(1, { pipeline, rule });
    },
    snapshot(pipeline, { tables }) {
      gauges.copied.set(sum(tables.map((table) => table.rowsCopied)), { pipeline });
      gauges.expected.set(sum(tables.map((table) => table.rowsExpected ?? table.rowsCopied)), { pipeline });
    },
  };
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
