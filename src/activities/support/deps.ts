import type { ScheduleClient, WorkflowClient } from '@temporalio/client';
import type { Traced } from '../../core/telemetry/call';
import type { NeonClient } from '../../systems/neon';
import type { Secrets } from '../../systems/secrets';
import type { SqlPool } from '../../systems/sql-client';
import type { Webhooks } from '../../systems/webhooks';
import type { Metrics } from './metrics';
import type { SourceDirectory } from './source-directory';

/** What activities need from the outside; built once in src/worker.ts. */
export interface Deps {
  secrets: Secrets;
  /** A client of the Neon API for one key, ended by the activity's cancellation, which asks before it changes something. */
  neon: (apiKey: string, options: { signal: AbortSignal; beforeChange?: () => Promise<void> }) => NeonClient;
  sources: SourceDirectory;
  /** Connections of the checks; whoever changes something has a session of their own. */
  pool: SqlPool;
  /** Of alerts and pings. */
  webhooks: Webhooks;
  schedules: ScheduleClient;
  workflows: WorkflowClient;
  metrics: Metrics;
  taskQueue: string;
  /** Gives each statement a span, where traces are wanted. */
  traced?: Traced;
}
