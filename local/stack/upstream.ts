import type { ClientConfig } from 'pg';
import { startNeon, type Neon } from '../neon/neon';
import { startTraffic } from '../postgres/traffic';
import type { StackOptions } from './options';
import { checkPostgres } from './existing';
import type { Parts } from './parts';
import { renderPipeline } from './pipeline';

export interface Upstream {
  /** The database as the owner of its tables. */
  url: string;
  /** Undefined for a Postgres that ran before. */
  neon: Neon | undefined;
  /** Text of a pipeline file for it. */
  pipeline: string;
}

/** Neon's stand-in with the sample shop, or the Postgres a URL names. */
export async function startUpstream(parts: Parts, options: StackOptions): Promise<Upstream> {
  const { postgres: url, log } = options;
  if (url !== undefined) {
    const database = await parts.use('Postgres', () => checkPostgres(url));
    return { url, neon: undefined, pipeline: renderPipeline({ kind: 'postgres', database }) };
  }
  log?.('starting Postgres with the sample shop, and the API of Neon');
  const start = (): Promise<Neon> => startNeon({ sampleOrders: options.rows, ...options.neon });
  const neon = await parts.start('Neon', start, (running) => running.stop());
  if (options.traffic) {
    log?.('starting a writer that keeps changing the shop');
    const write = () => Promise.resolve(startTraffic(asOwner(neon)));
    await parts.start('the writer', write, (traffic) => traffic.stop());
  }
  const { project, branchName: branch, database, caPem: ca } = neon;
  return { url: neon.ownerUrl(), neon, pipeline: renderPipeline({ kind: 'neon', project, branch, database, ca }) };
}

function asOwner(neon: Neon): ClientConfig {
  const { hostname, port, username, password } = new URL(neon.ownerUrl());
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: neon.database,
    ssl: { ca: neon.caPem },
  };
}
