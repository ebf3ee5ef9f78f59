import { telemetrySettings } from '../../../core/telemetry/settings';
import type { Diagnosis } from '../../render/doctor';

/** Where traces of this command line go, or why they do not; nothing where nobody asked for them. */
export function traceLines(env: Record<string, string | undefined>): Diagnosis[] {
  const { settings, problems } = telemetrySettings(env, { prometheus: false });
  const line = { what: 'traces', next: null };
  // A worker with such variables does not start, and names them.
  if (problems.length > 0)
    return [
      {
        ...line,
        state: 'warning',
        detail: `none: ${problems.join('; ')}`,
        next: 'set them right, or OTEL_SDK_DISABLED=true',
      },
    ];
  if (settings.traces === null) return [];
  return [{ ...line, state: 'ok', detail: `go to ${new URL(settings.traces.url).host}` }];
}
