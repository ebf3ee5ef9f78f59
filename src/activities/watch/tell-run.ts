import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { runAlert, type RunNews } from '../../core/run/run-alerts';
import type { PipelineSpec } from '../../core/spec/types';
import { systemError } from '../../systems/errors';
import { heartbeat, lastHeartbeat } from '../edges/heartbeat';
import { activity, APPLY, DESTROY, ROTATE } from '../support/activity';
import { takes, text } from '../support/inputs';
import { deliverAlerts } from './alerts';

interface Input {
  spec: PipelineSpec;
  news: RunNews;
}

const news = z.union([
  z.looseObject({
    about: z.literal('waiting'),
    approvals: z.array(z.looseObject({ key: text, step: text, reason: text })),
    again: z.boolean(),
  }),
  z.looseObject({
    about: z.literal('failed'),
    failure: z.looseObject({ type: text, message: text, hint: text.nullable() }),
    follows: z.boolean().optional(),
  }),
  z.looseObject({ about: z.literal('followed'), columns: text, rows: z.number().nullable() }),
]);

/** Tells the sinks of the file, and the log. Fails, to be tried again, where no sink took it. */
export const tellRun = activity(
  { input: takes<Input>({ news }), callers: [...APPLY, ...ROTATE, ...DESTROY] },
  async (deps, input): Promise<void> => {
    // An attempt that died after it told somebody must not tell them again.
    if (lastHeartbeat<{ told: boolean }>()?.told) return;
    const { spec } = input;
    const { workflowType, currentAttemptScheduledTimestampMs: at } = Context.current().info;
    const alert = runAlert(spec.name, workflowType ?? '', input.news, new Date(at).toISOString());
    const { delivered } = await deliverAlerts(deps, spec, [alert], []);
    if (delivered.length === 0) {
      throw systemError('Unreachable', 'worker', `no sink took the alert about ${spec.name}`, { retryable: true });
    }
    heartbeat({ told: true });
    deps.metrics.run(spec.name, `run-${input.news.about}`);
  },
);
