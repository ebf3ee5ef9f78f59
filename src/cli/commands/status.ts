import { setTimeout as delay } from 'node:timers/promises';
import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../command';
import { CliError, EXIT, type ExitCode } from '../exit';
import type { Output } from '../terminal/output';
import { renderStatus } from '../render/status';
import type { StatusDocument } from '../render/status-document';
import { LiveRegion } from '../terminal/live-region';

interface StatusOptions extends CommonOptions {
  last?: boolean;
  full?: boolean;
  watch?: boolean;
}

const WATCH_EVERY = { run: 1_000, reading: 10_000 };

export const register: Register = (program, exit) =>
  withOutput(program.command('status'))
    .argument('<name>', "the pipeline's name")
    .option('--last', "the schedule's last check instead of a new look")
    .option('--full', 'name every table, not only the first and those that are not well')
    .option('-w, --watch', 'look again and again, until Ctrl-C')
    .description('the run under way, or the verdict on both sides with cause and next command')
    .addHelpText(
      'after',
      `
Exit codes: 0 healthy, 3 anything else, 4 a run waits for approval, 5 nobody
could look.

Examples:
  n2m status shop
  n2m status shop --watch
  n2m status shop --full --output json | jq '.tables[].table'
  n2m status shop --last --output json | jq -r .verdict`,
    )
    .action(
      action(exit, async (output, name: string, options: StatusOptions) => {
        const pipeline = pipelineArgument(name);
        if (options.last && options.full) {
          throw new CliError(
            'the last check names only the tables that are not well',
            EXIT.usage,
            `n2m status ${pipeline} --full looks anew`,
          );
        }
        const { withTemporal } = await import('../temporal/client.js');
        const { readStatus } = await import('../temporal/read-status.js');
        const { SeenViews } = await import('../temporal/follow/seen-views.js');
        return withTemporal((temporal) => {
          const views = new SeenViews();
          const { last: onlyLast = false, full = false } = options;
          const read: Read = (signal) => readStatus(temporal, pipeline, { onlyLast, full, views, signal });
          return options.watch ? keepLooking(output, read) : once(output, read);
        });
      }),
    );

type Read = (signal?: AbortSignal) => Promise<StatusDocument>;

async function once(output: Output, read: Read): Promise<ExitCode> {
  const status = await read();
  const now = new Date().toISOString();
  output.print(status, renderStatus(status, { paint: output.stdoutPaint, width: output.stdoutWidth, now }));
  return exitCodeOf(status);
}

async function keepLooking(output: Output, read: Read): Promise<ExitCode> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  const screen = new LiveRegion(process.stdout, output.stdoutPaint);
  const live = process.stdout.isTTY === true && !output.json;
  let before = '';
  let status: StatusDocument | null = null;
  try {
    do {
      status = await read(stop.signal);
      const lines = renderStatus(status, {
        paint: output.stdoutPaint,
        width: output.stdoutWidth,
        now: new Date().toISOString(),
      });
      if (live) screen.draw(lines);
      else {
        // For pipes: again only when it says something else.
        const now = `${status.verdict} ${status.cause}`;
        if (now !== before) output.print(status, lines);
        before = now;
      }
      await delay(status.run ? WATCH_EVERY.run : WATCH_EVERY.reading, undefined, { signal: stop.signal }).catch(
        () => undefined,
      );
    } while (!stop.signal.aborted);
  } catch (error) {
    // A look may take minutes where a system does not answer: nobody who leaves waits for it.
    if (!stop.signal.aborted) throw error;
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
  return status === null ? EXIT.interrupted : exitCodeOf(status);
}

function exitCodeOf(status: StatusDocument): ExitCode {
  if (!status.reachable) return EXIT.unreachable;
  if ((status.run?.view?.waitingFor.length ?? 0) > 0) return EXIT.approval;
  return status.verdict === 'healthy' && status.owed.length === 0 && status.failed === null
    ? EXIT.fine
    : EXIT.attention;
}
