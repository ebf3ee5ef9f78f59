/**
 * What Stryker is told about this code: a mutator of numbers, which it does not have, and a rule for prose.
 * Loaded by stryker.config.mjs.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const fromCore = createRequire(require.resolve('@stryker-mutator/core/package.json'));
const instrumenter = fromCore.resolve('@stryker-mutator/instrumenter');
const { allMutators } = await import(new URL('./mutators/mutate.js', pathToFileURL(instrumenter)).href);

/** Doubles each number but 0 and 1: a threshold, a bound or a factor whose double passes all tests is held by none. */
const numbers = {
  name: 'NumericLiteral',
  *mutate(path) {
    const { node, parent } = path;
    if (parent.type === 'TSLiteralType') return;
    if (node.type === 'NumericLiteral' && node.value > 1) yield { type: 'NumericLiteral', value: node.value * 2 };
    if (node.type === 'BigIntLiteral' && BigInt(node.value) > 1n) {
      yield { type: 'BigIntLiteral', value: String(BigInt(node.value) * 2n) };
    }
  },
};
if (!allMutators.some(({ name }) => name === numbers.name)) allMutators.push(numbers);

/** Three words and no keyword of SQL. */
const isProse = (text) => /\p{L}+[,:]? \p{L}+[,:]? \p{L}+/u.test(text) && !/\b[A-Z]{3,}\b/.test(text);

const prose = {
  /** A sentence without a hole. One with a hole carries a name or a number that its reader needs: it stays. */
  shouldIgnore: ({ node }) =>
    node.type === 'StringLiteral' && isProse(node.value) ? 'prose: its words are no behaviour' : undefined,
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'prose', value: prose }];
