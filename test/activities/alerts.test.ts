import { newest, type Undelivered } from '../../src/activities/watch/alerts';
import type { Alert } from '../../src/core/watch/types';

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
