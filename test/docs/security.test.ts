import { existsSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { proseOf, ROOT } from './pages';

const PAGE = 'docs/security.md';

/** Paragraphs and items of lists, each with the heading it is under; a table is part of the paragraph behind it. */
const PARAGRAPHS: { heading: string; text: string }[] = [];
let heading = '';
for (const block of proseOf(PAGE).split(/\n{2,}/)) {
  if (block.startsWith('#')) heading = block.replace(/^#+ /, '').trim();
  else if (!block.startsWith('|'))
    for (const text of block.split(/^- /m).filter((part) => part.trim() !== '')) PARAGRAPHS.push({ heading, text });
}

const testsIn = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = '']) => normalize(join('docs', target)))
    .filter((path) => path.startsWith('test/') && existsSync(join(ROOT, path)));

test.each(PARAGRAPHS.filter(({ heading }) => heading !== 'Security'))(
  'under “$heading” leads to a test that holds it: $text',
  ({ text }) => {
    expect(testsIn(text)).not.toEqual([]);
  },
);

test('a paragraph that leads to none would be found', () => {
  expect(PARAGRAPHS.length).toBeGreaterThan(20);
  expect(testsIn('It holds: [here](../test/docs/nowhere.test.ts), [there](../src/worker.ts).')).toEqual([]);
  expect(testsIn('It holds: [here](../test/docs/security.test.ts).')).toEqual(['test/docs/security.test.ts']);
});
