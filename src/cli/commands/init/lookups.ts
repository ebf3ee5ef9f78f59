import { randomUUID } from 'node:crypto';
import type { Choice, Question } from '../../../core/lookup/types';
import { doctorId } from '../../../core/names';
import type { lookUp } from '../../../workflows';
import { CliError } from '../../exit';
import type { Output } from '../../terminal/output';

/** What a worker can look up for a question, and where lists of it go. */
export interface Lookups {
  /** Null: it could not be told; the person was told why, and is asked. */
  choices(question: Question): Promise<Choice[] | null>;
  log(...lines: string[]): void;
}

export const NO_LOOKUPS: Lookups = { choices: () => Promise.resolve(null), log: () => undefined };

/** Somebody waits at the prompt: longer than this is worse than typing. */
const TIMEOUT = 25_000;

/** Runs `work` with a worker's look-ups where one answers, and without them else: nothing here keeps anybody waiting. */
export async function withLookups<T>(output: Output, work: (lookups: Lookups) => Promise<T>): Promise<T> {
  const { requireWorker, withTemporal } = await import('../../temporal/client.js');
  let began = false;
  try {
    return await withTemporal(async (temporal) => {
      await requireWorker(temporal, 'begins');
      began = true;
      const { withDeadline } = await import('../../temporal/client.js');
      const { awaitResult } = await import('../../temporal/await-result.js');
      return work(
        cachedLookups(output, async (question) => {
          const handle = await withDeadline(temporal, () =>
            temporal.client.workflow.start<typeof lookUp>('lookUp', {
              taskQueue: temporal.taskQueue,
              workflowId: doctorId(randomUUID()),
              args: [question],
              workflowExecutionTimeout: TIMEOUT,
              staticSummary: 'n2m init: looks, changes nothing',
            }),
          );
          return awaitResult(temporal, handle);
        }),
      );
    });
  } catch (error) {
    if (began || !(error instanceof CliError)) throw error;
    output.log(`nothing is looked up: ${error.message}`);
    return work({ ...NO_LOOKUPS, log: (...lines) => output.log(...lines) });
  }
}

type AskWorker = (question: Question) => Promise<Awaited<ReturnType<typeof lookUp>>>;

/** Each thing once; a worker that cannot answer at all is not asked again. */
function cachedLookups(output: Output, askWorker: AskWorker): Lookups {
  const known = new Map<string, Choice[] | null>();
  let unavailable = false;
  const look = async (question: Question): Promise<Choice[] | null> => {
    if (unavailable) return null;
    output.log(`looking up ${question.what} …`);
    try {
      const answer = await askWorker(question);
      if (answer.ok) return answer.choices;
      output.log(`${question.what} could not be looked up: ${answer.failure.message}`);
    } catch (error) {
      unavailable = true;
      output.log(`nothing more is looked up: ${error instanceof Error ? error.message : String(error)}`);
    }
    return null;
  };
  return {
    log: (...lines) => output.log(...lines),
    async choices(question) {
      const key = JSON.stringify(question);
      if (!known.has(key)) known.set(key, await look(question));
      return known.get(key) ?? null;
    },
  };
}
