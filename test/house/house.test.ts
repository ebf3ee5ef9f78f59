import { codeIn, cycles, filesBeside, imports, linesOf, TREES } from './tree';

/** Beyond this many files beside each other nobody sees what a folder is made of. */
const MOST_FILES = 15;
/** Lines a file may have; the rule of the house is about 120. */
const MOST_LINES: Record<string, number> = { src: 250, local: 300 };

/** What was over when the rule came, and by how much. An entry goes when it is mended; none comes, and none grows. */
const LINES_STILL: Record<string, number> = {};

test('no file imports itself by way of others, types included', () => {
  expect(cycles(imports(TREES))).toEqual([]);
});

test('a cycle would be found, however long and wherever it begins', () => {
  const graph = new Map([
    ['entry', ['a']],
    ['a', ['b', 'leaf']],
    ['b', ['c']],
    ['c', ['a']],
    ['leaf', []],
    ['self', ['self']],
    ['one', ['other', 'leaf']],
    ['other', ['one']],
  ]);
  expect(cycles(graph)).toEqual([['a', 'b', 'c'], ['self'], ['one', 'other']]);
  expect(cycles(new Map([...graph].map(([file]) => [file, ['leaf']])))).toEqual([['leaf']]);
});

test.each(TREES)('%s: no folder has more files beside each other than can be seen at once', (tree) => {
  expect([...filesBeside([tree])].filter(([, count]) => count > MOST_FILES)).toEqual([]);
});

test.each(Object.entries(MOST_LINES))('%s: no file has more than %i lines', (tree, most) => {
  const files = codeIn(tree).map((file): [string, number] => [file, linesOf(file)]);
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter(([file, lines]) => lines > (LINES_STILL[file] ?? most))).toEqual([]);
});
