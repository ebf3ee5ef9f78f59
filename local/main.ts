import { startStack, type Stack } from './stack';
import { parseArguments, usage, type LocalArguments } from './stack/arguments';
import { reason, say, stopSignal, untilStopped } from './stack/stopping';
import { summary } from './stack/summary';

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
