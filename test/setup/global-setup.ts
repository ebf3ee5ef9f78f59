import { startTemporal, type TemporalServer } from '../../local/temporal/server';

declare global {
  // Kept for the teardown, which runs in the same process.
  var n2mTestTemporal: TemporalServer | undefined;
}

/** One Temporal server for the whole run; test files read its address from N2M_TEST_TEMPORAL_ADDRESS. */
export default async function globalSetup(): Promise<void> {
  const log = (line: string): boolean => process.stderr.write(`${line}\n`);
  const server = await startTemporal({ log });
  globalThis.n2mTestTemporal = server;
  process.env.N2M_TEST_TEMPORAL_ADDRESS = server.address;
  process.env.N2M_TEST_TEMPORAL_NAMESPACE = server.namespace;
}
