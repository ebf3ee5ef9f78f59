import type { Plan } from '../../../core/plan/types';
import { cutMiddle } from '../../../core/text/cut';

/** Two names of this length and some words fit into a line of 80. */
const LONGEST = 28;

/** What a plan's texts say of tables, and how they say it shorter. */
export interface TableNames {
  /** The tables of the plan that a text names. */
  in(text: string): string[];
  /** The text with long names cut in the middle, as long as they stay different. */
  shorten(text: string): string;
}

export function tableNames({ tables, removed }: Pick<Plan, 'tables' | 'removed'>): TableNames {
  const names = new Set([...tables, ...removed].flatMap((table) => [`${table.schema}.${table.name}`, table.target]));
  const short = unambiguous([...names].filter((name) => name.length > LONGEST));
  // A word without the punctuation that follows it.
  const words = (text: string): string[] => text.match(/[^\s,;:()]+/g) ?? [];
  return {
    in: (text) => words(text).filter((word) => names.has(word)),
    shorten: (text) => text.replace(/[^\s,;:()]+/g, (word) => short.get(word) ?? word),
  };
}

/** Names that would look the same when cut stay whole. */
function unambiguous(names: string[]): Map<string, string> {
  const owners = new Map<string, string[]>();
  for (const name of names) {
    const cut = cutMiddle(name, LONGEST);
    owners.set(cut, [...(owners.get(cut) ?? []), name]);
  }
  return new Map([...owners].flatMap(([cut, [name = '', ...others]]) => (others.length === 0 ? [[name, cut]] : [])));
}

/** Sentences that list without an end of their own are cut: about five lines of 80. */
const LONGEST_TEXT = 400;

export function cutEnd(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT).replace(/\s+\S*$/, '')} …`;
}
