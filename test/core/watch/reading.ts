import { alertDelivered, decideAlerts } from '../../../src/core/watch/alerts';
import { judge } from '../../../src/core/watch/judge';
import type {
  Alert,
  PipelineReading,
  SlotReading,
  SourceReading,
  TargetReading,
  TargetTableReading,
  Verdict,
  WatchMemory,
  WatchSwitch,
} from '../../../src/core/watch/types';
import type { FailureInfo } from '../../../src/core/failures/types';
import type { PipelineSpec } from '../../../src/core/spec/types';
import { spec as neonSpec } from '../plan/fixtures';

export const spec = neonSpec;
export const SLOT = 'materialize_0123456789abcdef0123456789abcdef';
const START = Date.parse('2026-11-22T10:00:00.000Z');

/** ISO time so many minutes after the start. */
export const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString();

/** `0/1000000` plus so many MiB. */
export const lsn = (mib: number): string => `0/${(0x1000000 + Math.round(mib * 1_048_576)).toString(16).toUpperCase()}`;

/** A change of the reading; of the slot only what differs from a slot that moves with the server. */
export type SourceChange = Partial<Omit<SourceReading, 'slot'>> & { slot?: Partial<SlotReading> };

export function healthySource(minute: number, { slot: slotChange, ...change }: SourceChange = {}): SourceReading {
  const here = lsn(minute);
  return {
    currentLsn: here,
    maxSlotWalKeepSize: String(2 ** 30),
    slot: {
      slot: SLOT,
      exists: true,
      active: true,
      walStatus: 'reserved',
      restartLsn: here,
      confirmedFlushLsn: here,
      retainedBytes: '1000',
      unconfirmedBytes: '0',
      safeWalSize: null,
      inactiveSince: null,
      invalidationReason: null,
      ...slotChange,
    },
    walSenders: [{ pid: 7, state: 'streaming', application: '' }],
    blockers: [],
    writers: [],
    publication: {
      exists: true,
      leavesOut: [],
      tables: ['orders', 'customers'].map((name) => ({ schema: 'public', name })),
    },
    tables: ['orders', 'customers'].map((name) => ({ schema: 'public', name, replicaIdentity: 'full' })),
    ...change,
  };
}

export const slot = (change: Partial<SlotReading>): SourceChange => ({ slot: change });

export function table(name: string, change: Partial<TargetTableReading> = {}): TargetTableReading {
  return {
    id: `u-${name}`,
    table: name,
    upstream: { schema: 'public', name },
    status: 'running',
    error: null,
    committed: true,
    freshnessMs: 1200,
    ...change,
  };
}

export function healthyTarget(change: Partial<TargetReading> = {}): TargetReading {
  return {
    source: { exists: true, id: 'u4', slot: SLOT, status: 'running', error: null, stalledSince: [] },
    tables: [table('orders'), table('customers')],
    offsetKnown: '100',
    offsetCommitted: '100',
    cluster: {
      exists: true,
      name: 'ingest_shop',
      size: '50cc',
      replicationFactor: 1,
      replicas: [{ id: 'u1', name: 'r1', size: '50cc', status: 'online', reason: null, since: null }],
      memory: 0.4,
      disk: 0.1,
    },
    ...change,
  };
}

export const targetSource = (change: Partial<TargetReading['source']>): Partial<TargetReading> => ({
  source: { ...healthyTarget().source, ...change },
});

export const targetCluster = (change: Partial<TargetReading['cluster']>): Partial<TargetReading> => ({
  cluster: { ...healthyTarget().cluster, ...change },
});

export const refused = (system: FailureInfo['system']): FailureInfo => ({
  type: 'Unreachable',
  system,
  message: 'db.example:5432: connection refused',
  code: 'ECONNREFUSED',
  retryable: true,
  hint: null,
});

export interface Look {
  source?: SourceChange | 'down';
  target?: Partial<TargetReading> | 'down';
  change?: string;
  watch?: WatchSwitch;
  verified?: PipelineReading['verified'];
  leftovers?: PipelineReading['leftovers'];
  refusedIn?: PipelineReading['refusedIn'];
  behind?: PipelineReading['behind'];
  followed?: PipelineReading['followed'];
}

export function reading(
  minute: number,
  { source, target, change, watch, verified, leftovers, refusedIn, behind, followed }: Look = {},
): PipelineReading {
  return {
    takenAt: at(minute),
    durationMs: 20,
    source:
      source === 'down'
        ? { ok: false, failure: refused('source') }
        : { ok: true, value: healthySource(minute, source) },
    target:
      target === 'down' ? { ok: false, failure: refused('materialize') } : { ok: true, value: healthyTarget(target) },
    changeUnderWay: change ?? null,
    watch: watch ?? null,
    ...(leftovers === undefined ? {} : { leftovers }),
    ...(refusedIn === undefined ? {} : { refusedIn }),
    ...(behind === undefined ? {} : { behind }),
    ...(followed === undefined ? {} : { followed }),
    ...(verified === undefined ? {} : { verified }),
  };
}

/** A watch that keeps its memory from check to check, as the schedule does. */
export class Watch {
  memory: WatchMemory | null = null;
  /** Alerts that reached somebody, with the minute. */
  readonly delivered: { minute: number; alert: Alert }[] = [];

  constructor(private readonly file: PipelineSpec = spec) {}

  check(minute: number, look: Look = {}, delivers = true): Verdict {
    const now = at(minute);
    const judged = judge(reading(minute, look), this.memory, this.file, now);
    const decided = decideAlerts(this.file.name, judged.verdict, judged.memory, now);
    this.memory = delivers ? alertDelivered(decided.memory, decided.alerts, now) : decided.memory;
    if (delivers) this.delivered.push(...decided.alerts.map((alert) => ({ minute, alert })));
    return judged.verdict;
  }

  /** One check a minute from the next on, all alike; the last verdict. */
  checks(from: number, to: number, look: Look = {}, delivers = true): Verdict {
    let verdict = this.check(from, look, delivers);
    for (let minute = from + 1; minute <= to; minute += 1) verdict = this.check(minute, look, delivers);
    return verdict;
  }

  kinds(): string[] {
    return this.delivered.map(({ minute, alert }) => `${minute} ${alert.kind} ${alert.severity}`);
  }
}

/** A check in which a table of two has ended with an error. */
export const dead = (error: string): Look => ({
  target: { tables: [table('orders', { status: 'stalled', error }), table('customers')] },
});
