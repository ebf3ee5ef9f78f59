import { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * A program of its own, so that a download that hangs can be ended: has the SDK fetch the dev server it was made for
 * into the folder given as argument. Starting and stopping the server once is the only way to ask for that.
 */
async function main(downloadDir: string): Promise<void> {
  const server = { executable: { type: 'cached-download' as const, downloadDir } };
  const environment = await TestWorkflowEnvironment.createLocal({ server });
  await environment.teardown();
}

void main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
