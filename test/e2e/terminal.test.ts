import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { untilEqual } from './compare';
import { World } from './world';

const CLIENT = join(__dirname, '..', '..', 'lib', 'client.js');
const COLUMNS = 60;

/** util-linux's `script` gives the command line a terminal; it is on every Debian and Ubuntu. */
const onTerminal = existsSync('/usr/bin/script') ? describe : describe.skip;

onTerminal('apply on a terminal of 60 columns', () => {
  let world: World;
  let file: string;
  beforeAll(async () => {
    // A copy of some ten seconds, so that there is something to leave in the middle.
    world = await World.start({ materialize: { speed: 0.002 } });
    await world.startWorker();
    file = await world.write();
  }, 120_000);
  afterAll(() => world.stop());

  it('draws the run within the width, and Ctrl-C leaves it running', async () => {
    const terminal = openTerminal(['apply', file, '--yes']);
    await terminal.until(/copying|snapshot/i);
    await terminal.until(/rows/);
    terminal.type('\x03');
    expect(await terminal.ended).toBe(130);
    expect(terminal.text()).toContain('n2m status');
    const wide = terminal
      .text()
      .split(/[\r\n]+/)
      // Statements stay in one piece, to be copied.
      .filter((line) => line.length > COLUMNS && !line.includes('fix: ') && !line.includes(file));
    expect(wide).toEqual([]);
    const run = await world.temporal.workflow.getHandle(`pipeline/${world.name}`).describe();
    expect(run.status.name).toBe('RUNNING');
  }, 120_000);

  it('joins the run when applied again, and follows it to its end', async () => {
    const { code, stderr } = await world.n2m(['apply', file, '--yes']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    await untilEqual(world);
  }, 120_000);

  function openTerminal(args: string[]) {
    const command = ['stty', 'cols', String(COLUMNS), 'rows', '40;', 'exec', process.execPath, CLIENT, ...args].join(
      ' ',
    );
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      // Under CI nothing is drawn over; this terminal has a person before it.
      env: { ...process.env, ...world.env, TERM: 'xterm', CI: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'close').then(([code]) => code as number);
    return {
      ended,
      text: () => stripVTControlCharacters(output),
      type: (keys: string) => child.stdin.write(keys),
      async until(pattern: RegExp) {
        while (!pattern.test(output)) {
          if (child.exitCode !== null) throw new Error(`it ended before it showed ${String(pattern)}:\n${output}`);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
    };
  }
});
