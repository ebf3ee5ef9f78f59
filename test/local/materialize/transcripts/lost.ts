import { Client } from 'pg';
import type { Row } from './recording';
import type { Replay } from './replay';

const LOOK_FOR_MS = 20_000;

const creations = (ms: number): [sql: string, made: string][] => [
  [`CREATE CLUSTER la_c${ms} (SIZE = '25cc')`, `mz_clusters WHERE name = 'la_c${ms}'`],
  [`CREATE SECRET la.p${ms} AS decode('cHc=','base64')`, `mz_secrets WHERE name = 'p${ms}'`],
  [
    `CREATE CONNECTION la.pg${ms} TO POSTGRES (HOST '127.0.0.1', PORT 5617, USER 'mzr', PASSWORD SECRET la.p, SSL MODE 'disable', DATABASE 'postgres')`,
    `mz_connections WHERE name = 'pg${ms}'`,
  ],
  [
    `CREATE SOURCE la.src${ms} IN CLUSTER la_c FROM POSTGRES CONNECTION la.pg (PUBLICATION 'pall') FOR TABLES (public.narrow AS la.narrow${ms})`,
    `mz_sources WHERE name = 'src${ms}'`,
  ],
];

/** Sends a statement, destroys the socket, and says whether the statement took effect all the same. */
async function lose(replay: Replay, look: Client, sql: string, made: string, ms: number): Promise<string> {
  const victim = new Client({ connectionString: replay.standin.url });
  victim.on('error', () => undefined);
  await victim.connect();
  const { stream } = (victim as unknown as { connection: { stream: { destroy(): void } } }).connection;
  const ended = victim.query(replay.adapt(sql)).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, ms));
  stream.destroy();
  await ended;
  const deadline = Date.now() + LOOK_FOR_MS;
  do {
    const { rowCount } = await look.query(`SELECT 1 FROM mz_catalog.${made}`);
    if (rowCount === 1) return 'true';
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < deadline);
  return 'false';
}

/** The recorded experiment: each kind of definition, the client gone so many milliseconds after it was sent. */
export async function loseAnswers(replay: Replay, creating: boolean): Promise<Row[]> {
  const look = new Client({ connectionString: replay.standin.url });
  await look.connect();
  try {
    const rows: Row[] = [];
    for (const ms of creating ? [0, 5, 20, 50, 100, 200, 400] : [0, 5, 20, 50, 100]) {
      const row = [String(ms)];
      const size = ms === 0 || ms === 20 || ms === 100 ? '50cc' : '25cc';
      const statements: [string, string][] = creating
        ? creations(ms)
        : [[`ALTER CLUSTER la_c SET (SIZE '${size}')`, `mz_clusters WHERE name = 'la_c' AND size = '${size}'`]];
      for (const [sql, made] of statements) row.push(await lose(replay, look, sql, made, ms));
      // The sources had gone again before the end of the recording.
      if (creating) await look.query(`DROP SOURCE la.src${ms} CASCADE`);
      rows.push(row);
    }
    return rows;
  } finally {
    await look.end();
  }
}
