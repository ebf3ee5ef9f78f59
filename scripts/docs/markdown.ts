/** A table; cells are Markdown, and a | in them does not end the cell. */
export function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`)
    .join('\n');
}

export const code = (text: string): string => `\`${text}\``;

export const sentence = (text: string): string => (/[.!?:]$/.test(text) || text === '' ? text : `${text}.`);

/** Replaces what stands between `<!-- name: … -->` and `<!-- /name -->`. */
export function between(text: string, name: string, content: string): string {
  const marks = new RegExp(`(<!-- ${name}(?:: [^>]*)? -->\\n)[^]*?(<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`the marks of ${name} are missing`);
  return text.replace(marks, (_all, start: string, end: string) => `${start}\n${content}\n\n${end}`);
}
