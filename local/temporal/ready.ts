import { Connection, isGrpcServiceError, type ConnectionOptions } from '@temporalio/client';
import { until } from '../stack/until';

/** IndexedValueType KEYWORD of the server's API. */
const keyword = 2;

/** gRPC's NOT_FOUND, PERMISSION_DENIED and UNAUTHENTICATED. */
const refusals = [5, 7, 16];

interface EndsEarly {
  signal?: AbortSignal;
  /** Takes a refusal for the answer, where nobody is about to make the namespace. */
  onRefusal?: boolean;
}

/** Returns once the server answers calls for the namespace; milliseconds of patience as given. */
export async function untilNamespaceAnswers(
  options: ConnectionOptions,
  namespace: string,
  timeout: number,
  { signal, onRefusal = false }: EndsEarly = {},
): Promise<Connection> {
  const refused = new AbortController();
  const connect = async (): Promise<Connection> => {
    const connection = await Connection.connect({ ...options, connectTimeout: 2_000 });
    try {
      await connection.withDeadline(Date.now() + 2_000, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return connection;
    } catch (error) {
      await connection.close();
      if (onRefusal && isGrpcServiceError(error) && refusals.includes(error.code)) refused.abort(error);
      throw error;
    }
  };
  return until(connect, {
    what: `an answer of Temporal at ${String(options.address)}`,
    timeout,
    signal: AbortSignal.any([refused.signal, ...(signal ? [signal] : [])]),
  });
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
