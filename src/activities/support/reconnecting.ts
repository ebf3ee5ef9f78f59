import { readsStandby } from '../../core/objects/logical-replication/standby';
import type { PipelineSpec } from '../../core/spec/types';
import type { Reading } from '../../core/watch/types';
import { toSystemError } from '../../systems/errors';
import { connectMaterialize } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import type { Deps } from './deps';
import { connectOptions, connectUpstream, neonClient } from './sessions';

type Ask = <T>(use: (client: SqlClient) => Promise<T>) => Promise<Reading<T>>;

/** Sessions kept over a long wait, opened anew after any failure. A side that fails is a value, not an exception. */
export interface Sessions {
  /** Where everything is set up. */
  source: Ask;
  /** Where Materialize reads: the same session, where that is the same server. */
  replica: Ask;
  target: Ask;
  close: () => Promise<void>;
}

export function openSessions(deps: Deps, spec: PipelineSpec): Sessions {
  const upstream = (url: 'ownerUrl' | 'replicaUrl') =>
    kept(
      'source',
      async () => {
        const access = await deps.sources.find(spec.source, await neonClient(deps, spec));
        return connectUpstream(deps, spec, access[url]);
      },
      () => deps.sources.forget(spec.source),
    );
  const source = upstream('ownerUrl');
  const replica = readsStandby(spec) ? upstream('replicaUrl') : source;
  const target = kept('materialize', async () =>
    connectMaterialize(await deps.secrets.resolve(spec.materialize.url, 'materialize-url'), connectOptions(deps)),
  );
  return {
    source: source.use,
    replica: replica.use,
    target: target.use,
    close: async () => void (await Promise.all([source.close(), replica.close(), target.close()])),
  };
}

function kept(
  system: 'source' | 'materialize',
  open: () => Promise<SqlClient>,
  onFailure: () => void = () => undefined,
) {
  let client: SqlClient | null = null;
  const close = async () => {
    const open = client;
    client = null;
    await open?.close();
  };
  const use: Ask = async (work) => {
    try {
      client ??= await open();
      return { ok: true, value: await work(client) };
    } catch (error) {
      await close();
      onFailure();
      return { ok: false, failure: toSystemError(error, system, system).info };
    }
  };
  return { close, use };
}
