import { randomUUID } from 'node:crypto';
import type { Choice, Question } from '../../../core/lookup/types';
import { doctorId } from '../../../core/names';
import type { lookUp } from '../../../workflows';
import { CliError } from '../../exit';
import type { Output } from '../../terminal/output';

/** What a worker can look up for a question, and where lists of it go. */
export interface LookUps {
  /** Null: it could not be told; the person was told why, and is asked. */
  choices(question: Question): Promise<Choice[] | null>;
  tell(...lines: string[]): void;
}

export const NOTHING: LookUps = { choices: () => Promise.resolve(null), tell: () => undefined };

/** Somebody waits at the prompt: longer than this is worse than typing. */
const PATIENCE = 25_000;

/** Runs `work` with a worker's look-ups where one answers, and without them else: nothing here keeps anybody waiting. */
export async function withLookUps<T>(output: Output, work: (lookUps: LookUps) => Promise<T>): Promise<T> {
  const { requireWorker, withTemporal } = await import('../../temporal/client.js');
  let began = false;
  try {
    return await withTemporal(async (temporal) => {
      await requireWorker(temporal);
      began = true;
      const { soon } = await import('../../temporal/client.js');
      const { patiently } = await import('../../temporal/await-result.js');
      return work(
        kept(output, async (question) => {
          const handle = await soon(temporal, () =>
            temporal.client.workflow.start<typeof lookUp>('lookUp', {
              taskQueue: temporal.taskQueue,
              workflowId: doctorId(randomUUID()),
              args: [question],
              workflowExecutionTimeout: PATIENCE,
              staticSummary: 'n2m init: looks, changes nothing',
            }),
          );
          return patiently(temporal, handle);
        }),
      );
    });
  } catch (error) {
    if (began || !(error instanceof CliError)) throw error;
    output.tell(`nothing is looked up: ${error.message}`);
    return work({ ...NOTHING, tell: (...lines) => output.tell(...lines) });
  }
}

type AskWorker = (question: Question) => Promise<Awaited<ReturnType<typeof lookUp>>>;

/** Each thing once; a worker that cannot answer at all is not asked again. */
function kept(output: Output, askWorker: AskWorker): LookUps {
  const known = new Map<string, Choice[] | null>();
  let dead = false;
  const look = async (question: Question): Promise<Choice[] | null> => {
    if (dead) return null;
    output.tell(`looking up ${question.what} …`);
    try {
      const answer = await askWorker(question);
      if (answer.ok) return answer.choices;
      output.tell(`${question.what} could not be looked up: ${answer.failure.message}`);
    } catch (error) {
      dead = true;
      output.tell(`nothing more is looked up: ${error instanceof Error ? error.message : String(error)}`);
    }
    return null;
  };
  return {
    tell: (...lines) => output.tell(...lines),
    async choices(question) {
      const key = JSON.stringify(question);
      if (!known.has(key)) known.set(key, await look(question));
      return known.get(key) ?? null;
    },
  };
}
