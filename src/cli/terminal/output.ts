import { createInterface } from 'node:readline/promises';
import { CliError, EXIT, type ExitCode } from '../exit';
import { safeLine, paintFor, type Paint } from './paint';
import { shown } from '../../core/text/shown';

/** Streams and settings of one command: stdout carries the result, stderr the story. */
export class Output {
  readonly stderrPaint: Paint;
  readonly stdoutPaint: Paint;
  /** Lines may be drawn over: a person watches. */
  readonly live: boolean;
  /** Somebody can be asked. */
  readonly interactive: boolean;

  constructor(readonly json: boolean) {
    this.stderrPaint = paintFor(process.stderr, process.env);
    this.stdoutPaint = json ? paintFor({}, process.env) : paintFor(process.stdout, process.env);
    this.live = process.stderr.isTTY === true && process.env.TERM !== 'dumb' && !process.env.CI;
    this.interactive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  }

  get stderrWidth(): number {
    return Math.max(20, process.stderr.columns || 80);
  }

  get stdoutWidth(): number {
    return Math.max(20, process.stdout.columns || 80);
  }

  log(...lines: string[]): void {
    for (const line of lines) process.stderr.write(`${safeLine(line, this.stderrPaint)}\n`);
  }

  /** The one document of the command: JSON for programs, lines for people. */
  print(document: unknown, lines: string[]): void {
    process.stdout.write(
      this.json
        ? `${JSON.stringify(document, null, 2)}\n`
        : lines.map((line) => `${safeLine(line, this.stdoutPaint)}\n`).join(''),
    );
  }

  /** Yes only for a clear yes; the question is part of the story. */
  async confirm(question: string, signal?: AbortSignal): Promise<boolean> {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await (signal
        ? prompt.question(`${question} [y/N] `, { signal })
        : prompt.question(`${question} [y/N] `));
      return /^y(es)?$/i.test(answer.trim());
    } catch {
      return false;
    } finally {
      prompt.close();
    }
  }

  /** Ends a command that went wrong: a sentence and the next command; JSON on stdout where asked. */
  fail(error: unknown): ExitCode {
    const refusal = error instanceof CliError ? error : unexpected(error);
    const { message, next, exitCode, details } = refusal;
    this.log(`${this.stderrPaint.red('✗')} ${shown(message)}`);
    this.log(`${this.stderrPaint.dim('next:')} ${shown(next)}`);
    if (process.env.N2M_DEBUG && error instanceof Error)
      this.log(...[String(error.stack), ...causes(error)].flatMap((text) => text.split('\n')));
    if (this.json) this.print({ error: { message, next, exitCode, ...details } }, []);
    return exitCode;
  }
}

function unexpected(error: unknown): CliError {
  const message = error instanceof Error ? error.message : String(error);
  return new CliError(message.split('\n')[0] ?? 'failed', EXIT.failed, 'the same command with N2M_DEBUG=1 shows where');
}

function causes(error: Error): string[] {
  return error.cause instanceof Error
    ? [`caused by ${error.cause.stack ?? error.cause.message}`, ...causes(error.cause)]
    : [];
}
