import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { patternsInSources } from './patterns/patterns';

/** Far more than a pattern takes that looks at each character a few times, far less than one that begins anew at each. */
const SILENCE = 45_000;

it('no pattern in the sources takes for ever on any text, of those that would make it', async () => {
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', join(__dirname, 'patterns', 'run.ts')]);
  let last = '';
  let wrong = '';
  const give = () => child.kill('SIGKILL');
  let patience = setTimeout(give, SILENCE);
  child.stderr.on('data', (chunk: Buffer) => (wrong += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    last = chunk.toString().trim().split('\n').at(-1) ?? last;
    clearTimeout(patience);
    patience = setTimeout(give, SILENCE);
  });
  await once(child, 'close');
  clearTimeout(patience);
  expect({ last, wrong }).toEqual({ last: 'done', wrong: '' });
}, 600_000);

it('knows where patterns are put together at run time', () => {
  // Of constants, of names, and of secrets: `FUNCTIONS` asks each of them.
  expect([...new Set(patternsInSources().made)].sort()).toEqual([
    'core/failures/scrub.ts',
    'core/repair/definition-shape.ts',
    'core/spec/globs.ts',
    'core/spec/references.ts',
    'core/sql/kind.ts',
    'core/sql/partition-bounds.ts',
    'core/text/duration.ts',
    'core/text/share.ts',
    'core/text/size.ts',
    'core/watch/rules/schema-changes.ts',
  ]);
});
