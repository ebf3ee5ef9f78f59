/** Exit codes, documented in `n2m --help`. */
export const EXIT = {
  fine: 0,
  failed: 1,
  usage: 2,
  attention: 3,
  approval: 4,
  unreachable: 5,
  /** What a shell expects of a command ended by Ctrl-C, so that `n2m apply … && next` stops. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command: one sentence, the exit code and what to do next. */
export class CliError extends Error {
  override name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
    readonly next: string,
    /** Goes into the JSON document beside message and next. */
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}
