import { explain, explainedCodes, type Explanation } from '../../src/core/explain';

/** docs/runbook.md: the text of `n2m explain`, one entry per code. */
export function runbookPage(): string {
  const entries = explainedCodes().flatMap(explain);
  return [
    '# Runbook',
    '<!-- Made by `npm run generate` from src/core/explain; do not edit. -->',
    'One entry per verdict, rule, finding and failure: what it means, how to see it, what to do. `n2m explain CODE` prints the same text.',
    'Statements about slots, publications and tables go to the source database, those about `mz_…` relations to Materialize. NAME is the pipeline’s name, FILE its file.',
    contents(entries),
    ...(Object.keys(SECTIONS) as Explanation['kind'][]).flatMap((kind) => [
      `## ${SECTIONS[kind]}`,
      ...entries.filter((entry) => entry.kind === kind).flatMap(section),
    ]),
  ].join('\n\n');
}

const SECTIONS: Record<Explanation['kind'], string> = {
  verdict: 'Verdicts',
  rule: 'Rules of the watch',
  finding: 'Findings of a plan',
  failure: 'Failures',
};

function contents(entries: Explanation[]): string {
  return (Object.keys(SECTIONS) as Explanation['kind'][])
    .map((kind) => {
      const links = entries
        .filter((entry) => entry.kind === kind)
        .map(({ code }) => `[${code}](#${code.toLowerCase()})`);
      return `- ${SECTIONS[kind]}: ${links.join(', ')}`;
    })
    .join('\n');
}

function section({ code, meaning, look, fix }: Explanation): string[] {
  return [`### ${code}`, prose(meaning), `**See it:** ${prose(look)}`, `**Do:** ${prose(fix)}`];
}

/** Statements, commands and names of relations and keys as code, so that Markdown leaves them alone. */
function prose(text: string): string {
  return text.replace(CODE, (piece) => `\`${piece}\``).replaceAll('<', '&lt;');
}

const COMMANDS =
  /n2m (?:explain|plan|apply|status|list|repair|rotate|destroy|doctor|resume|approve|reject)\b(?: (?:NAME|FILE)\b)?/;
const CODE = new RegExp(
  [
    /(?:SELECT|SHOW|ALTER|GRANT|CREATE) [^;]*;/,
    COMMANDS,
    /\b(?:materialize|source|snapshot|watch)\.\w+(?:\.\w+)*(?:: (?:\{[^}]*\}|"[^"]*"))?/,
    /\b\w[\w.]*_\w+(?: = \w+)?/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
