import { MockActivityEnvironment } from '@temporalio/testing';
import { deliverAlerts, newest, type Delivery, type Undelivered } from '../../src/activities/watch/alerts';
import type { SecretRef } from '../../src/core/spec/types';
import type { Alert } from '../../src/core/watch/types';
import { postgresSpec } from '../core/plan/fixtures';

const owed = (at: string, symptoms: number): Undelivered => {
  const symptom = { rule: 'freshness', severity: 'warn', table: null, cause: 'x'.repeat(400), next: 'y' } as const;
  const alert: Alert = {
    ...{ pipeline: 'shop', kind: 'raised', severity: 'warn', verdict: 'lagging', cause: 'x', next: 'y' },
    ...{ at, symptoms: Array.from({ length: symptoms }, () => symptom), alsoOpen: 0 },
  };
  return { sink: 'env:N2M_SECRET_ALERT_URL', alert };
};
const times = (undelivered: Undelivered[]) => undelivered.map(({ alert }) => alert.at);

describe('what a sink that is down for long is owed', () => {
  it('is the newest twenty', () => {
    const all = Array.from({ length: 30 }, (_, index) => owed(String(index), 1));
    expect(times(newest(all))).toEqual(times(all.slice(10)));
    expect(newest(all.slice(0, 3))).toEqual(all.slice(0, 3));
  });

  it('is less where each tells much, but the newest always', () => {
    const all = Array.from({ length: 20 }, (_, index) => owed(String(index), 40));
    const kept = newest(all);
    expect(times(kept)).toEqual(['17', '18', '19']);
    expect(JSON.stringify(kept).length).toBeLessThan(64_000);
    expect(times(newest([owed('old', 1), owed('huge', 500)]))).toEqual(['huge']);
  });
});

describe('several sinks', () => {
  const [ill, well]: SecretRef[] = ['env:N2M_SECRET_ILL_URL', 'env:N2M_SECRET_WELL_URL'];
  const spec = {
    ...postgresSpec(),
    alerts: [ill, well].map((url) => ({ kind: 'webhook' as const, url: url!, signingKey: null })),
  };
  const alerts = ['1', '2'].map((at) => owed(`2026-01-0${at}`, 1).alert);
  const before = Array.from({ length: 12 }, (_, at) => ({ ...owed(`2025-01-${10 + at}`, 1), sink: ill! }));

  const deliver = async (takes: (url: string) => boolean) => {
    const calls: { url: string; at: string }[] = [];
    const deps = {
      secrets: { resolve: (ref: SecretRef) => Promise.resolve(ref) },
      webhooks: {
        call: (url: string, { body }: { body?: string }) => {
          calls.push({ url, at: (JSON.parse(body ?? '{}') as Alert).at });
          return takes(url) ? Promise.resolve() : Promise.reject(new Error('answered 503'));
        },
      },
    } as unknown as Parameters<typeof deliverAlerts>[0];
    const work = () => deliverAlerts(deps, spec, alerts, before);
    const found = await new MockActivityEnvironment().run<[], Delivery, typeof work>(work);
    return { found, calls };
  };

  it('are told at once: one that refuses is asked once, and is owed the rest in its order', async () => {
    const { found, calls } = await deliver((url) => url === well);
    expect(calls.map(({ url }) => url).sort()).toEqual([ill, well, well]);
    expect(found.delivered).toEqual(alerts);
    expect(found.failed).toBe(14);
    expect(times(found.undelivered)).toEqual([...before.map(({ alert }) => alert.at), '2026-01-01', '2026-01-02']);
  });

  it('decide anew about what none of them took, and keep what one was owed', async () => {
    const { found } = await deliver(() => false);
    expect([found.delivered, found.undelivered]).toEqual([[], before]);
  });

  it('have the missed first, then the new, where they take everything again', async () => {
    const { found, calls } = await deliver(() => true);
    const told = calls.filter(({ url }) => url === ill).map(({ at }) => at);
    expect(told).toEqual([...before, ...alerts.map((alert) => ({ alert }))].map(({ alert }) => alert.at));
    expect([found.delivered, found.undelivered, found.failed]).toEqual([alerts, [], 0]);
  });
});
