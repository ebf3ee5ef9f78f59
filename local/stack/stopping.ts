/** To people, who read stderr; stdout is for what programs read. */
export const say = (text = ''): boolean => process.stderr.write(`${text}\n`);
export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Aborts on the first signal; further ones are not needed and do no harm. Ctrl-C in a terminal reaches npm and us, and npm
 * passes it on: it comes twice.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Error(`stopped by ${signal}`)));
  }
  return controller.signal;
}

/** Waits for the signal, or for a failure nobody handled: then what runs is not to be trusted any more. */
export function untilStopped(signal: AbortSignal): Promise<Error | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
    process.once('uncaughtException', (error) => {
      say(`a part failed, all is stopped: ${error.stack ?? error.message}`);
      resolve(error);
    });
  });
}

/** Runs one part by itself until Ctrl-C or SIGTERM; says `told` about it once it answers. */
export async function alone<T extends { stop(): Promise<unknown> }>(
  start: (signal: AbortSignal) => Promise<T>,
  told: (part: T) => string[],
): Promise<void> {
  const stopping = stopSignal();
  try {
    const part = await start(stopping);
    say([...told(part), 'Ctrl-C ends it.'].join('\n'));
    process.exitCode = (await untilStopped(stopping)) ? 1 : 0;
    await part.stop();
    say('stopped: nothing is left running');
  } catch (error) {
    say(reason(error));
    process.exitCode = stopping.aborted ? 0 : 1;
  }
  process.exit();
}
