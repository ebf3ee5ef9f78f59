import { column, fit } from './fit';

/** Shorter than this, nothing of a name's end would be left. */
const NARROWEST = 5;

/** Cut to a width in the middle: names of one kind often differ at their end alone. */
export function cutMiddle(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  if (width < NARROWEST) return fit(text, width);
  const tail = Math.floor((width - 1) / 2);
  return `${characters.slice(0, width - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}

/** A name in a column: cut in its middle where it is longer. */
export function nameColumn(name: string, width: number): string {
  return column(cutMiddle(name, width), width);
}

const LONGEST_SENTENCE = 400;

/** A sentence is bounded, whatever the systems say. */
export const cut = (text: string): string =>
  text.length > LONGEST_SENTENCE ? `${text.slice(0, LONGEST_SENTENCE - 1)}…` : text;
