import { explain, explainedCodes, type Explanation } from '../../core/explain';
import { column, wrapWords } from '../../core/text/fit';
import { closest } from '../../core/text/similar';
import { action, withOutput, type CommonOptions, type Register } from '../command';
import { CliError, EXIT } from '../exit';
import type { Paint } from '../terminal/paint';

export const register: Register = (program, exit) =>
  withOutput(program.command('explain'))
    .argument('[code]', 'a verdict, a rule of the watch, a finding of a plan or a failure')
    .description('what a verdict, rule, finding or failure means, how to see it, what to do')
    .addHelpText(
      'after',
      `
Without a code it lists every code. The same text is the runbook:
docs/runbook.md.

Examples:
  n2m explain slot-lost
  n2m explain --output json | jq -r '.codes[].code'`,
    )
    .action(
      action(exit, (output, code: string | undefined, _options: CommonOptions) => {
        const width = Math.min(output.stdoutWidth, WIDEST);
        if (code === undefined) {
          const codes = explainedCodes().flatMap(explain);
          output.print({ codes }, renderCodes(codes, output.stdoutPaint, width));
          output.log('next: n2m explain CODE');
          return Promise.resolve(EXIT.fine);
        }
        const entries = explain(code);
        if (entries.length === 0) throw unknown(code);
        output.print(
          { entries },
          entries.flatMap((entry) => renderEntry(entry, output.stdoutPaint, width)),
        );
        return Promise.resolve(EXIT.fine);
      }),
    );

/** Longer lines are hard to read. */
const WIDEST = 100;

const KINDS: Record<Explanation['kind'], [one: string, many: string]> = {
  verdict: ['verdict', 'Verdicts: how a pipeline is'],
  rule: ['rule of the watch', 'Rules of the watch: what a check looks for'],
  finding: ['finding of a plan', 'Findings: what a plan warns of or stops at'],
  failure: ['failure', 'Failures: how a run or a command ends'],
};

const PARTS = [
  ['What it means', 'meaning'],
  ['How to see it', 'look'],
  ['What to do', 'fix'],
] as const;

export function renderEntry(entry: Explanation, paint: Paint, width: number): string[] {
  return [
    `${paint.bold(entry.code)} ${paint.dim(`(${KINDS[entry.kind][0]})`)}`,
    ...PARTS.flatMap(([title, part]) => [
      '',
      paint.cyan(title),
      ...wrapWords(entry[part], width - 2).map((line) => `  ${line}`),
    ]),
  ];
}

export function renderCodes(entries: Explanation[], paint: Paint, width: number): string[] {
  const widest = Math.max(...entries.map(({ code }) => code.length));
  return (Object.keys(KINDS) as Explanation['kind'][]).flatMap((kind, index) => [
    ...(index === 0 ? [] : ['']),
    paint.bold(KINDS[kind][1]),
    ...entries
      .filter((entry) => entry.kind === kind)
      .map(({ code, meaning }) => `  ${column(code, widest)}  ${column(meaning, width - widest - 4).trimEnd()}`),
  ]);
}

function unknown(code: string): CliError {
  const suggestion = closest(code, explainedCodes());
  return new CliError(
    `there is no code ${JSON.stringify(code)}${suggestion === null ? '' : `; did you mean ${suggestion}?`}`,
    EXIT.usage,
    suggestion === null ? 'n2m explain lists every code' : `n2m explain ${suggestion}`,
  );
}
