import type { Command } from 'commander';
import { telemetrySettings } from '../core/telemetry/settings';
import type { ClientTracing } from '../telemetry/client';

let under: ClientTracing | null = null;

/** Where the variables ask for traces: what clients of this command have more. */
export const tracing = (): ClientTracing | null => under;

/**
 * Runs the command that is named, inside a span where traces are wanted: only then anything of OpenTelemetry is loaded. Variables
 * that are wrong stop a worker; here a person may be in a hurry, so that nothing is traced, and `n2m doctor` says why.
 */
export async function traced(
  program: Pick<Command, 'commands'>,
  version: string,
  args: string[],
  run: () => Promise<number>,
): Promise<number> {
  const { settings, problems } = telemetrySettings(process.env, { prometheus: false });
  const command = program.commands.find((known) => known.name() === args[0]);
  if (settings.traces === null || problems.length > 0 || !command) return run();
  const { startClientTracing } = await import('../telemetry/client.js');
  under = startClientTracing({ serviceName: 'n2m', version, url: settings.traces.url });
  return under.command(command.name(), run);
}
