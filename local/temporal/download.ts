import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { version as sdkVersion } from '@temporalio/client/package.json';
import { ServerProcess } from '../stack/process';

/** Where the SDK's own download is, or would be, in a cache folder: sdk-core names the file after its version. */
export const downloadedServer = (folder: string): string => join(folder, `temporal-sdk-typescript-${sdkVersion}`);

/**
 * Lets the SDK download its dev server; undefined where its site does not answer within three seconds, or the
 * download fails or takes more than three minutes. Offline this is quiet and quick.
 */
export async function downloadServer(
  folder: string,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const reachable = await fetch('https://temporal.download', { method: 'HEAD', signal: AbortSignal.timeout(3_000) })
    .then(() => true)
    .catch(() => false);
  if (!reachable) return undefined;
  log('downloading the Temporal server of the SDK');
  await mkdir(folder, { recursive: true });
  const child = ServerProcess.start({
    name: 'the download',
    command: process.execPath,
    args: ['-r', 'tsx/cjs', join(__dirname, 'sdk-download.ts'), folder],
    cwd: __dirname,
    signal,
  });
  const deadline = setTimeout(() => void child.kill(), 180_000);
  try {
    await child.finished();
  } catch (error) {
    log(`the download did not work: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearTimeout(deadline);
  }
  signal?.throwIfAborted();
  const path = downloadedServer(folder);
  return existsSync(path) ? path : undefined;
}
