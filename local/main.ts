import { startStack, type Stack } from './stack';
import { parseArguments, usage, type LocalArguments } from './stack/arguments';
import { summary } from './stack/summary';

const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `npm run local`: brings the stack up, says what runs where, and takes it down on Ctrl-C or SIGTERM. */
async function main(args: LocalArguments): Promise<number> {
  const { help, json, ...options } = args;
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const stopping = stopSignal();
  const started = Date.now();
  let stack: Stack;
  try {
    stack = await startStack({ ...options, signal: stopping, log: say, workerLog: (line) => say(`worker: ${line}`) });
  } catch (error) {
    say(stopping.aborted ? 'stopped before everything was up: nothing is left running' : reason(error));
    return stopping.aborted ? 0 : 1;
  }
  say(summary(stack, Math.round((Date.now() - started) / 1000)));
  if (json) process.stdout.write(`${JSON.stringify(stack.file, null, 2)}\n`);
  stack.worker
    ?.failed()
    .catch((error: unknown) => say(`${reason(error)}\nThe rest goes on; npm run worker starts one.`));
  const failure = await untilStopped(stopping);
  await stack.stop();
  say('stopped: nothing is left running');
  return failure ? 1 : 0;
}

/**
 * Aborts on the first signal; further ones are not needed and do no harm. Ctrl-C in a terminal reaches npm and us, and npm
 * passes it on: it comes twice.
 */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Error(`stopped by ${signal}`)));
  }
  return controller.signal;
}

/** Waits for the signal, or for a failure nobody handled: then the stack is not to be trusted any more. */
function untilStopped(signal: AbortSignal): Promise<Error | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
    process.once('uncaughtException', (error) => {
      say(`the stack failed and is stopped: ${error.stack ?? error.message}`);
      resolve(error);
    });
  });
}

function readArguments(): LocalArguments {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    say(`${reason(error)}\nnpm run local -- --help lists the options`);
    process.exit(2);
  }
}

void main(readArguments()).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(reason(error));
    process.exit(1);
  },
);
