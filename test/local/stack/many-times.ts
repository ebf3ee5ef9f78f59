import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { startStack } from '../../../local/stack';
import { leftBehind, listening, processesOf } from './left-behind';

/** Starts and stops a stack as often as asked, in a process and a TMPDIR of its own; prints what each round left behind. */
async function main(rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    const stack = await startStack({ dir: join(tmpdir(), 'stack'), worker: false, rows: 10 });
    const { temporal, neon, postgres, materialize } = stack.file;
    const addresses = [temporal.address, temporal.ui, neon?.api ?? '', postgres.url, materialize.url];
    const answered = (await listening(addresses)).length;
    const running = processesOf(tmpdir()).length;
    await stack.stop();
    const left = await leftBehind(tmpdir(), addresses);
    process.stdout.write(`${JSON.stringify({ round, answered, running, left })}\n`);
  }
}

void main(Number(process.argv[2]));
