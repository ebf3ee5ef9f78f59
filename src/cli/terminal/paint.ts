import { shown } from '../../core/text/shown';

/** Colours, or nothing where they would be noise. */
export interface Paint {
  bold: (text: string) => string;
  dim: (text: string) => string;
  red: (text: string) => string;
  green: (text: string) => string;
  yellow: (text: string) => string;
  cyan: (text: string) => string;
}

const wrap =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001b[${open}m${text}\u001b[${close}m`;

export const colours: Paint = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  red: wrap(31, 39),
  green: wrap(32, 39),
  yellow: wrap(33, 39),
  cyan: wrap(36, 39),
};

/** Everything `colours` writes; what looks like it and is not comes from elsewhere. */
const OURS = /(\u001b\[(?:1|2|22|31|32|33|36|39)m)/;

/** A line as it may go to a stream: one line, and nothing a terminal acts upon but our own colours, where there are any. */
export function safeLine(text: string, paint: Paint): string {
  if (paint === plain) return shown(text);
  return text
    .split(OURS)
    .map((part, index) => (index % 2 === 1 ? part : shown(part)))
    .join('');
}

const same = (text: string): string => text;
export const plain: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

/** https://no-color.org: any value but the empty string switches colours off. */
export function paintFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb' ? colours : plain;
}
