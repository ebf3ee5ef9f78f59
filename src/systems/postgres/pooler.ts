import { poolerByAnswer, poolerByName, type PoolerFacts } from '../../core/objects/connection/poolers';
import { addressOf, parsePostgresUrl } from '../postgres-url';
import { SystemError } from '../errors';
import { withClient, type ConnectOptions } from '../sql-client';
import { connectSource, type SourceAddress } from './connect';

/** One that every version takes, in a value that is nobody's default. Materialize pins the same one. */
const SETTING = { name: 'extra_float_digits', value: '2' };

/**
 * Looks whether n2m's address, or the one Materialize is given, is a pooler's: by name, and n2m's by what becomes of a
 * setting in the startup. Null also where nobody could tell: then Materialize says so when its connection is made.
 */
export async function findPooler(
  address: SourceAddress,
  reachable: { host: string; port: number },
  options: ConnectOptions,
): Promise<PoolerFacts | null> {
  const given = poolerByName(reachable.host, reachable.port);
  if (given !== null) return { ...given, replicates: true };
  const { host, port } = parsePostgresUrl(address.url, 'source');
  const found = poolerByName(host, port) ?? (await askServer(address, `${host}:${port}`, options));
  const replicates = addressOf({ host, port }) === addressOf(reachable);
  return found === null ? null : { ...found, replicates };
}

async function askServer(address: SourceAddress, where: string, options: ConnectOptions) {
  try {
    const startup = `-c ${SETTING.name}=${SETTING.value}`;
    return await withClient(connectSource(address, { ...options, startup }), async (client) => {
      // Our own sessions set it anew: what RESET would bring back is what the startup said.
      const [row] = await client.query<{ begun: string }>(
        `SELECT s.reset_val AS begun FROM pg_catalog.pg_settings s WHERE s.name = '${SETTING.name}'`,
      );
      return row === undefined ? null : poolerByAnswer(where, { applied: row.begun === SETTING.value });
    });
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    return poolerByAnswer(where, { refusal: error.info.message });
  }
}
