import { LOOK_AGAIN_MS, TOLD_MS } from '../../../src/core/watch/readings/follow';
import type { FollowMemory, TargetReading } from '../../../src/core/watch/types';
import { withSource } from '../plan/fixtures';
import { healthySource, healthyTarget, spec, table, targetCluster, Watch, type Look } from './reading';

const named = (name: string) => ({ schema: 'public', name });
const source = {
  tables: ['orders', 'customers'].map((name) => ({ ...named(name), replicaIdentity: 'full', columns: 3 })),
};
const first = [{ ...named('orders'), columns: ['note'] }];

/** A column came to orders. */
const came = (change: Partial<TargetReading> = {}): Look => ({
  source,
  target: { tables: [table('orders', { columns: 2 }), table('customers', { columns: 3 })], ...change },
  behind: { count: 1, first },
});
const whole: Look = {
  source,
  target: { tables: [table('orders', { columns: 3 }), table('customers', { columns: 3 })] },
};

const MINUTE = 60_000;

/** A watch whose checks do with what is due what a workflow would. */
class Follower extends Watch {
  constructor() {
    super(withSource({ columns: { followUpTo: 1 } }));
  }

  get follow(): FollowMemory | undefined {
    return this.memory?.follow;
  }

  /** What the workflow of the check before left. */
  left(change: Partial<FollowMemory>): void {
    this.memory!.follow = { ...this.follow!, ...change };
  }
}

const started = { state: 'started', run: 'r1', columns: 'public.orders.note' } as const;

describe('columns that came upstream, where the file lets the watch bring them', () => {
  it('are due at once, and nobody is told', () => {
    const watch = new Follower();
    const { name, severity, cause, next } = watch.check(0, came());
    expect({ name, severity, cause, next }).toEqual({
      name: 'lagging',
      severity: 'ok',
      cause: 'Materialize lacks columns that upstream has: public.orders (note); the watch brings them',
      next: 'n2m status shop',
    });
    expect(watch.follow).toMatchObject({ state: 'due', ids: '"u-orders"' });
    expect(watch.kinds()).toEqual([]);
  });

  it('are none of its business where the file does not say so', () => {
    const watch = new Watch(spec);
    expect(watch.check(0, came()).severity).toBe('warn');
    expect(watch.memory?.follow).toBeUndefined();
  });

  it('are not begun twice, and told of as long as they are news', () => {
    const watch = new Follower();
    watch.check(0, came());
    watch.left(started);
    watch.check(1, { ...came(), change: 'replicate' });
    expect(watch.follow).toMatchObject(started);
    // Its end is not known yet.
    watch.check(2, came());
    expect(watch.follow).toMatchObject(started);
    const followed = { ok: true as const, columns: 'public.orders.note', rows: 12 };
    watch.check(3, { ...whole, followed });
    expect(watch.follow).toMatchObject({ state: 'brought', run: 'r1', rows: 12 });
    expect(watch.kinds()).toEqual([]);
    watch.check(3 + TOLD_MS / MINUTE - 1, whole);
    expect(watch.follow?.state).toBe('brought');
    watch.check(3 + TOLD_MS / MINUTE, whole);
    expect(watch.follow).toBeUndefined();
  });

  it('are not tried again where that failed, until the table has them', () => {
    const watch = new Follower();
    watch.check(0, came());
    watch.left(started);
    const failed = { ok: false as const, why: 'no room', untouched: false };
    const { severity, cause, next } = watch.check(1, { ...came(), followed: failed });
    expect(severity).toBe('warn');
    expect(cause).toMatch(/\(note\); following public\.orders\.note failed and is not tried again: no room$/);
    expect(next).toMatch(/^n2m apply FILE/);
    watch.checks(2, 300, came());
    expect(watch.follow?.state).toBe('failed');
    expect(watch.kinds()[0]).toBe('1 raised warn');
    // Another table does not take it along: a run brings what all of them lack.
    const both = [table('orders', { columns: 2 }), table('customers', { columns: 2 })];
    watch.check(301, came({ tables: both }));
    expect(watch.follow?.state).toBe('failed');
    watch.check(302, whole);
    expect(watch.follow).toBeUndefined();
    watch.check(303, came());
    expect(watch.follow?.state).toBe('due');
  });

  it('are looked at again after a while where a plan declined them, or its run did before it touched anything', () => {
    const watch = new Follower();
    watch.check(0, came());
    watch.left({ state: 'declined', why: 'a sink is built on it' });
    expect(watch.check(1, came())).toMatchObject({
      severity: 'warn',
      cause: expect.stringMatching(/; not followed: a sink is built on it$/) as string,
    });
    watch.checks(2, LOOK_AGAIN_MS / MINUTE - 1, came());
    expect(watch.follow?.state).toBe('declined');
    watch.check(LOOK_AGAIN_MS / MINUTE, came());
    expect(watch.follow?.state).toBe('due');

    watch.left(started);
    watch.check(61, { ...came(), followed: { ok: false, why: 'too large', untouched: true } });
    expect(watch.follow).toMatchObject({ state: 'declined', why: 'too large' });
    // Other tables are another plan.
    watch.check(62, came({ tables: [table('orders', { columns: 2 }), table('customers', { columns: 2 })] }));
    expect(watch.follow?.state).toBe('due');
  });

  const replica = healthyTarget().cluster.replicas[0]!;
  const writer = { kind: 'session' as const, pid: 7, gid: null, user: 'batch', application: '', remedy: '' };
  it.each<[string, Look, RegExp]>([
    ['something else is the matter', came(targetCluster({ memory: 0.85 })), /cluster-utilization comes first/],
    [
      'the cluster is being resized',
      came(targetCluster({ replicas: [replica, { ...replica, size: '100cc' }] })),
      /is being resized, or has a replica/,
    ],
    [
      'a copy stands beside',
      came({ tables: [table('orders', { columns: 2 }), table('orders_n2m_new', { upstream: named('orders') })] }),
      /a copy that an earlier run made/,
    ],
    [
      'a transaction would hold it up',
      { ...came(), source: { ...source, writers: [{ ...writer, ageSeconds: 90 }] } },
      /a transaction of batch, pid 7, open for 1m 30s upstream, would hold up the copy/,
    ],
  ])('wait where %s', (_what, look, why) => {
    const watch = new Follower();
    watch.check(0, look);
    expect(watch.follow).toMatchObject({ state: 'waits', why: expect.stringMatching(why) as string });
    watch.check(1, came());
    expect(watch.follow?.state).toBe('due');
  });

  it('do not wait for what a moment settles', () => {
    const watch = new Follower();
    watch.check(0, { ...came(), source: { ...source, writers: [{ ...writer, ageSeconds: 59 }] } });
    expect(watch.follow?.state).toBe('due');
  });

  it('are a warning where they wait for long', () => {
    const watch = new Follower();
    const held = { ...came(), source: { ...source, writers: [{ ...writer, ageSeconds: 9_000 }] } };
    watch.checks(0, 14, held);
    expect(watch.kinds()).toEqual([]);
    expect(watch.check(15, held)).toMatchObject({
      severity: 'warn',
      cause: expect.stringMatching(/; the watch will bring them, but a transaction of batch/) as string,
    });
  });

  it('stay as they were while a side cannot be read', () => {
    const watch = new Follower();
    watch.check(0, came());
    watch.left({ state: 'declined', why: 'w' });
    const before = watch.follow;
    watch.check(90, { ...came(), target: 'down' });
    expect(watch.follow).toEqual(before);
  });

  it('are no columns of a copy that stands beside, and not known of a source read before', () => {
    const watch = new Follower();
    watch.check(0, { ...whole, source: healthySource(0) });
    expect(watch.follow).toBeUndefined();
  });
});
