import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '../../../local/stack';
import { killProcessesOf, leftBehind, ownTmpdir } from './left-behind';

interface Round {
  round: number;
  answered: number;
  running: number;
  left: string[];
}

/** About two minutes on an idle machine of two cores. */
const patience = 1_200_000;

it(
  'starts and stops 20 times in a row and leaves nothing behind',
  async () => {
    const folder = ownTmpdir();
    const args = ['-r', 'tsx/cjs', join(__dirname, 'many-times.ts'), '20'];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, TMPDIR: folder, TEMPORAL_ADDRESS: undefined },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      const rounds = output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Round);
      expect(rounds.map(({ round, answered, left }) => ({ round, answered, left }))).toEqual(
        Array.from({ length: 20 }, (_, index) => ({ round: index + 1, answered: 5, left: [] })),
      );
      // Proof that the search for processes finds some while the stack runs: two Postgres, Temporal.
      for (const { running } of rounds) expect(running).toBeGreaterThanOrEqual(3);
      // Ended by itself: nothing kept it alive.
      expect(code).toBe(0);
      expect(await leftBehind(folder, [])).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      killProcessesOf(folder);
      rmSync(folder, { recursive: true, force: true });
    }
  },
  patience,
);

it('says which part could not be started and why, and stops those before it', async () => {
  const lines: string[] = [];
  const starting = startStack({
    temporal: { useExisting: false },
    postgres: 'postgres://nobody:secret@127.0.0.1:1/shop',
    worker: false,
    log: (line) => lines.push(line),
  });
  const error: unknown = await starting.catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/Postgres could not be started: 127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/);
  expect(String(error)).not.toContain('secret');
  expect(lines).toEqual(['starting Temporal', 'stopping Temporal', 'stopping the folder']);
});
