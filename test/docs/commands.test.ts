import type { Command } from 'commander';
import { COMMANDS } from '../../src/cli/every-command';
import { buildProgram } from '../../src/cli/main';
import { PAGES, blocksOf, codeOf, read } from './pages';

const program = buildProgram('0.0.0', () => undefined, COMMANDS);
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

/** Pieces of code in prose, and lines of shell blocks without their comments. */
const CODE = PAGES.flatMap((page) => [
  ...codeOf(page).map((text) => ({ page, text })),
  ...blocksOf(page)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => ({ page, text: line.replace(/(^|\s)#.*$/, '') })),
]);

const CALLS = CODE.flatMap(({ page, text }) =>
  [...text.matchAll(/\bn2m ([a-z][^;|&`]*)/g)].map(([, call = '']) => ({ page, call: call.trim() })),
).filter(({ call }) => !/^(worker|pipeline)\b/.test(call));

const find = (name: string): Command | undefined => program.commands.find((command) => command.name() === name);

test.each(CALLS)('$page: n2m $call exists', ({ call }) => {
  const [name = '', ...words] = call.split(/\s+/);
  const command = find(name);
  expect(command?.name()).toBe(name);
  const known = [...(command?.options ?? []).flatMap(({ short, long }) => [short, long]), '--help', '-h'];
  for (const word of words.filter((candidate) => candidate.startsWith('-') && candidate !== '-')) {
    expect(known).toContain(word);
  }
});

test.each(
  CODE.flatMap(({ page, text }) =>
    [...text.matchAll(/\bnpm (?:run )?(test|[a-z:-]+)/g)]
      .filter(([all, name = '']) => all.startsWith('npm run ') || name === 'test')
      .map(([, name = '']) => ({ page, name })),
  ),
)('$page: the script $name exists', ({ name }) => {
  expect(Object.keys(scripts)).toContain(name);
});

test.each(program.commands.map((command) => ({ name: command.name(), command })))(
  'n2m $name --help has an example',
  ({ command, name }) => {
    const help: string[] = [];
    command.configureOutput({ writeOut: (text) => help.push(text) });
    command.outputHelp();
    expect(help.join('')).toMatch(/Examples?:/);
    expect(help.join('')).toContain(`n2m ${name}`);
  },
);

test.each([{ name: '', command: program }, ...program.commands.map((command) => ({ name: command.name(), command }))])(
  'n2m $name --help fits 80 columns',
  ({ command }) => {
    const help: string[] = [];
    command.configureOutput({ writeOut: (text) => help.push(text), getOutHelpWidth: () => 80 });
    command.outputHelp();
    expect(help.join('').split('\n').length).toBeGreaterThan(5);
    expect(
      help
        .join('')
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  },
);
