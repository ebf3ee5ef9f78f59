import './global-setup';

/** Stops the server of the run. One that TEMPORAL_ADDRESS named was there before and stays. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.n2mTestTemporal?.stop();
}
