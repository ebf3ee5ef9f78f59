import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Output } from '../../../src/cli/terminal/output';
import { colours } from '../../../src/cli/terminal/paint';
import { LiveRegion } from '../../../src/cli/terminal/live-region';

const LIE = `orders\n✓ shop: done \u001b[2J\u202e`;
const TOLD = 'orders ✓ shop: done \\u{1b}[2J\\u{202e}';

/** What was written meanwhile. */
function written(stream: NodeJS.WriteStream, act: () => void): string {
  let text = '';
  const spy = jest.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    act();
  } finally {
    spy.mockRestore();
  }
  return text;
}

it('tells and gives each line as one line, whoever wrote it', () => {
  const output = new Output(false);
  expect(written(process.stderr, () => output.log(LIE))).toBe(`${TOLD}\n`);
  expect(written(process.stdout, () => output.print({}, [LIE]))).toBe(`${TOLD}\n`);
  expect(written(process.stderr, () => output.fail(new Error(LIE.replace('\n', ' '))))).toContain(`${TOLD}\n`);
});

it('gives programs the names as they are', () => {
  const text = written(process.stdout, () => new Output(true).print({ name: LIE }, [LIE]));
  expect(JSON.parse(text)).toEqual({ name: LIE });
});

it('draws with our colours, and with no others', () => {
  const screen = new LiveRegion(process.stderr, colours);
  const text = written(process.stderr, () => screen.draw([colours.red(LIE)]));
  expect(text).toBe(`\r\u001b[J${colours.red(TOLD)}\n`);
});

it('has no other way to a stream', () => {
  const root = join(__dirname, '..', '..', '..', 'src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const writing = files.filter((file) => /\bstd(out|err)\b.*\.write\(/.test(readFileSync(join(root, file), 'utf8')));
  // The file that init makes is for programs; worker.ts says why it does not start, in words of our own.
  expect(writing.sort()).toEqual(['cli/commands/init/index.ts', 'cli/terminal/output.ts', 'logger.ts', 'worker.ts']);
});
