import type { Choice, Question } from '../../../core/lookup/types';
import { CliError, EXIT } from '../../exit';
import type { Lookups } from './lookups';

/** Asks one thing; `fallback` is taken for an empty answer. Null where nobody can be asked. */
export type Ask = ((question: string, fallback?: string) => Promise<string>) | null;

/** Questions with what can be answered, where somebody could look that up; plain ones else. */
export interface Chooser {
  /** A value; the only one there is is taken without a question. */
  one(question: string, lookUp: Question): Promise<string>;
  /** A value where there are several, null for the usual one: what the file may leave out is not asked for in vain. */
  oneUnlessDefault(question: string, lookUp: Question): Promise<string | null>;
  /** Some of what there is, or all; `lookUp` null: nothing can be looked up. */
  many(question: string, lookUp: Question | null): Promise<string[] | 'all'>;
  /** The one given; null for the proposed one, which is asked about only where somebody has a cluster of that name. */
  cluster(given: string | undefined, proposed: string): Promise<string | null>;
  /** The one given, else the proposed one unless the region is known not to have it. */
  size(given: string | undefined, proposed: string, what: string): Promise<string>;
}

/** As many choices are listed; more are found faster by typing. */
const MAX_LISTED = 60;

export function chooser(ask: Ask, lookups: Lookups): Chooser {
  const list = (choices: Choice[]): void => {
    const width = String(choices.length).length;
    lookups.log(
      ...choices.slice(0, MAX_LISTED).map(({ value, note }, index) => {
        const number = String(index + 1).padStart(width + 2);
        return `${number}  ${value}${note === null ? '' : ` (${note})`}`;
      }),
      ...(choices.length > MAX_LISTED ? [`and ${choices.length - MAX_LISTED} more`] : []),
    );
  };

  return {
    async one(question, lookUp) {
      const choices = await lookUpChoices(ask, lookups, lookUp);
      const [only, ...more] = choices;
      if (only === undefined) return askRequired(ask, question);
      if (more.length === 0) {
        lookups.log(`${question.replace(/[,(].*/, '').trim()}: ${only.value}, the only one`);
        return only.value;
      }
      list(choices);
      return parseChoice(choices, await askRequired(ask, `${question.replace(/ \(.*/, '')}, or its number`));
    },

    async oneUnlessDefault(question, lookUp) {
      const choices = await lookUpChoices(ask, lookups, lookUp);
      const usual = choices.find((choice) => choice.usual);
      if (choices.length < 2 || usual === undefined) return null;
      list(choices);
      const value = parseChoice(choices, await askRequired(ask, `${question}, or its number`, usual.value));
      return value === usual.value ? null : value;
    },

    async many(question, lookUp) {
      const choices = lookUp === null ? [] : await lookUpChoices(ask, lookups, lookUp);
      if (choices.length === 0) return parseChoices([], await askRequired(ask, question));
      list(choices);
      const answer = await askRequired(ask, 'Tables: numbers (1,3-5), names, or all for those to come as well');
      return answer.trim().toLowerCase() === 'all' ? 'all' : parseChoices(choices, answer);
    },

    async cluster(given, proposed) {
      if (given !== undefined) return given;
      const clusters = await lookUpChoices(ask, lookups, { what: 'clusters' });
      if (!clusters.some(({ value }) => value === proposed)) return null;
      lookups.log(`cluster ${proposed} is there already: what runs on it would be resized, too`);
      list(clusters);
      const value = parseChoice(
        clusters,
        await askRequired(ask, 'Cluster: a name of its own, or the number of one to share'),
      );
      return value === proposed ? null : value;
    },

    async size(given, proposed, what) {
      if (given !== undefined || ask === null) return given ?? proposed;
      const sizes = await lookUpChoices(ask, lookups, { what: 'sizes' });
      if (sizes.length === 0 || sizes.some(({ value }) => value === proposed)) return proposed;
      list(sizes);
      return parseChoice(
        sizes,
        await askRequired(ask, `Cluster size, ${what}: Materialize has no ${proposed}; one of these`),
      );
    },
  };
}

export async function askRequired(ask: Ask, question: string, fallback?: string): Promise<string> {
  if (ask === null) throw new CliError(`not answered: ${question}`, EXIT.usage, 'n2m init --help');
  return ask(question, fallback);
}

async function lookUpChoices(ask: Ask, lookups: Lookups, question: Question): Promise<Choice[]> {
  return ask === null ? [] : ((await lookups.choices(question)) ?? []);
}

/** A number of the list, else the name as it was typed: the list may be older than what it lists. */
const parseChoice = (choices: Choice[], answer: string): string => choices[Number(answer) - 1]?.value ?? answer;

function parseChoices(choices: Choice[], answer: string): string[] {
  const parts = answer
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.flatMap((part) => {
    const [, from, to] = /^(\d+)\s*-\s*(\d+)$/.exec(part) ?? [];
    const range = choices.slice(Number(from) - 1, Number(to)).map(({ value }) => value);
    return from !== undefined && range.length > 0 ? range : [parseChoice(choices, part)];
  });
}
