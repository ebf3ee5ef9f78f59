import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import type { Deps } from '../../../src/activities/support/deps';
import { verifyTables } from '../../../src/activities/verify';
import { createConnection } from '../../../src/core/objects/connection/statements';
import { createSchema } from '../../../src/core/objects/schema/statements';
import { createSecret } from '../../../src/core/objects/secret/statements';
import { createSource, createSourceBare, createTableFromSource } from '../../../src/core/objects/source/statements';
import type { PipelineSpec } from '../../../src/core/spec/types';
import type { VerifyOptions, VerifyResult } from '../../../src/core/verify/types';
import { until } from '../../../local/stack/until';
import { OWNER, pipeline, type Shared } from '../support/server';

/** Tables of one server copied into Materialize, with what a test needs to harm the copy and to compare it. */
export interface Copied {
  spec: PipelineSpec;
  /** `heartbeat`: what an attempt before this one left. */
  verify: (options?: Partial<VerifyOptions>, other?: PipelineSpec, heartbeat?: object) => Promise<VerifyResult>;
  /** Statements of the application that the publication leaves out: the copy never hears of them. */
  unheard: (left: 'insert' | 'update' | 'delete', ...statements: string[]) => Promise<void>;
  /** Waits until Materialize has all that upstream wrote before. */
  caughtUp: () => Promise<void>;
}

export const EVERYTHING: VerifyOptions = { tables: [], amount: 'full', cluster: null, showValues: true };

/** Makes role, publication and source by hand; the tables are there already. */
export async function copy(
  shared: Shared,
  name: string,
  tables: string[],
  textColumns: { table: string; column: string }[] = [],
  syntax: 'subsources' | 'tables' = 'subsources',
): Promise<Copied> {
  const spec = pipeline(name, tables);
  const { schema, names } = spec.materialize;
  const { publication } = spec.source;
  const role = `reader_${schema}`;
  const named = tables.map((table) => `public."${table}"`);
  await shared.sql(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'pw'; GRANT pg_read_all_data TO ${role}`);
  for (const table of named) await shared.sql(`ALTER TABLE ${table} OWNER TO ${OWNER}, REPLICA IDENTITY FULL`);
  await shared.sql(`CREATE PUBLICATION "${publication}" FOR TABLE ${named.join(', ')}`);
  const item = (object: string) => ({ database: 'materialize', schema, name: object });
  const mapped = tables.map((table) => ({ upstream: { schema: 'public', name: table }, target: item(table) }));
  const source = { name: item(names.source), cluster: schema, connection: item(names.connection), publication };
  const asText = ({ table, column }: { table: string; column: string }) => ({ schema: 'public', table, column });
  const columns = { textColumns: textColumns.map(asText), excludeColumns: [] };
  await shared.target(
    createSchema('materialize', schema),
    `CREATE CLUSTER ${schema} (SIZE = '100cc')`,
    createSecret(item(names.secret), Buffer.from('pw').toString('base64')),
    createConnection(item(names.connection), {
      ...{ host: '127.0.0.1', port: shared.server.port, user: role, database: 'shop' },
      ...{ passwordSecret: item(names.secret), sslMode: 'disable', certificateAuthority: null },
    }),
    ...(syntax === 'subsources'
      ? [createSource({ ...source, ...columns, tables: mapped, progress: null })]
      : [createSourceBare(source), ...mapped.map((one) => createTableFromSource({ ...source, ...columns }, one))]),
  );
  const progressOf = async (): Promise<bigint> => {
    const client = new Client({ connectionString: shared.materialize.url });
    await client.connect();
    try {
      const { rows } = await client.query<{ lsn: string | null }>(
        `SELECT lsn::text AS lsn FROM "${schema}"."${names.source}${syntax === 'subsources' ? '_progress' : ''}"`,
      );
      return BigInt(rows[0]?.lsn ?? '0');
    } finally {
      await client.end();
    }
  };
  const caughtUp = async (): Promise<void> => {
    const [row] = await shared.sql(`SELECT (pg_current_wal_lsn() - '0/0')::text AS lsn`);
    const wanted = BigInt(String(row?.lsn));
    await until(async () => ((await progressOf()) >= wanted ? true : undefined), {
      what: 'the copy to catch up',
      timeout: 60_000,
    });
  };
  await caughtUp();
  const publish = (what: string) => shared.sql(`ALTER PUBLICATION "${publication}" SET (publish = '${what}')`);
  const all = ['insert', 'update', 'delete', 'truncate'];
  return {
    spec,
    caughtUp,
    verify: (options = {}, other = spec, heartbeat) =>
      new MockActivityEnvironment({ attempt: 1, heartbeatDetails: heartbeat }).run(() =>
        verifyTables({ ...shared.deps, metrics: { verify: () => undefined } } as unknown as Deps, {
          spec: other,
          ...EVERYTHING,
          ...options,
        }),
      ),
    async unheard(left, ...statements) {
      await caughtUp();
      await publish(all.filter((what) => what !== left).join(', '));
      for (const statement of statements) await shared.sql(statement);
      await publish(all.join(', '));
      await caughtUp();
    },
  };
}
