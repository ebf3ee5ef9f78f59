import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import { systemError } from './errors';
import { driverConfig, sever, type Lease, type OpenOptions, type SqlPool } from './sql-client';

export interface PoolLimits {
  /** Connections of one login, that is of one user on one database of one server. */
  connections: number;
  /** Callers in line for one login; the next is told so at once. Else a dead server would hold every slot of the worker. */
  waiting: number;
  /** Longer than the usual period of a watch, so that the next check finds it. */
  idleMs: number;
  /** A connection is made anew after so long, which finds servers that moved and certificates that changed. */
  lifetimeSeconds: number;
}

const LIMITS: PoolLimits = { connections: 16, waiting: 64, idleMs: 150_000, lifetimeSeconds: 1_800 };

const GOODBYE_MS = 1_000;

/** Connections by login. Nobody waits for another login's server, and another address, password or certificate is another login. */
export class SqlPools implements SqlPool {
  private readonly pools = new Map<string, Pool>();
  private readonly lines = new Set<Socket>();
  private readonly limits: PoolLimits;

  constructor(limits: Partial<PoolLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
  }

  lend(options: OpenOptions): Lease {
    const key = JSON.stringify([options.system, options.address, options.ssl]);
    const pool = this.pools.get(key) ?? this.open(key, options);
    const ready = pool.waitingCount < this.limits.waiting ? pool.connect() : Promise.reject(this.crowded(options));
    let there = false;
    const settled = ready.then(
      () => (there = true),
      () => this.forget(key, pool),
    );
    let over = false;
    const end = async (broken: boolean): Promise<void> => {
      if (over) return;
      over = true;
      // What nobody waits for any more is as good as new once it is there.
      const spoilt = broken && there;
      await settled;
      if (!there) return;
      const client = await ready;
      if (spoilt) sever(client);
      client.release(spoilt);
    };
    return { ready, end };
  }

  /** Takes leave of every server; what is under way, or connects in vain, is cut off after a moment. */
  async close(): Promise<void> {
    const ended = Promise.all([...this.pools.values()].map((pool) => pool.end()));
    this.pools.clear();
    await Promise.race([ended, delay(GOODBYE_MS, undefined, { ref: false })]);
    for (const line of this.lines) line.destroy();
    await ended;
  }

  private open(key: string, options: OpenOptions): Pool {
    const { connections, idleMs, lifetimeSeconds } = this.limits;
    const pool = new Pool({
      ...driverConfig(options),
      stream: () => this.line(),
      max: connections,
      idleTimeoutMillis: idleMs,
      maxLifetimeSeconds: lifetimeSeconds,
      allowExitOnIdle: true,
    });
    // An idle connection that breaks is taken out by the pool itself.
    pool.on('error', () => undefined);
    pool.on('remove', () => this.forget(key, pool));
    this.pools.set(key, pool);
    return pool;
  }

  private line(): Socket {
    const line = new Socket();
    this.lines.add(line);
    return line.once('close', () => this.lines.delete(line));
  }

  /** A login nobody uses any more must not stay, nor its password. */
  private forget(key: string, pool: Pool): void {
    if (pool.totalCount === 0 && pool.waitingCount === 0 && this.pools.get(key) === pool) this.pools.delete(key);
  }

  private crowded({ system, endpoint }: OpenOptions): Error {
    const message = `${endpoint.host}:${endpoint.port}: ${this.limits.waiting} looks wait for it already`;
    return systemError('ServerBusy', system, message, { retryable: true });
  }
}
