import { Connection, type ConnectionOptions } from '@temporalio/client';
import { until } from '../stack/until';

/** IndexedValueType KEYWORD of the server's API. */
const keyword = 2;

/** Returns once the server answers calls for the namespace; milliseconds of patience as given. */
export async function untilNamespaceAnswers(
  options: ConnectionOptions,
  namespace: string,
  timeout: number,
  signal?: AbortSignal,
): Promise<Connection> {
  const connect = async (): Promise<Connection> => {
    const connection = await Connection.connect({ ...options, connectTimeout: 2_000 });
    try {
      await connection.withDeadline(Date.now() + 2_000, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  };
  return until(connect, { what: `an answer of Temporal at ${String(options.address)}`, timeout, signal });
}

/** Registers the Keyword search attributes the namespace lacks, and returns once the server lists all of them. */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  const missing = async (): Promise<string[]> => {
    const known = await connection.operatorService.listSearchAttributes({ namespace });
    return names.filter((name) => !(name in (known.customAttributes ?? {})));
  };
  const unknown = await missing();
  if (unknown.length === 0) return;
  const attributes = Object.fromEntries(unknown.map((name) => [name, keyword]));
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: attributes });
  await until(async () => ((await missing()).length === 0 ? true : undefined), {
    what: `search attributes ${unknown.join(', ')}`,
    timeout: 30_000,
  });
}
