import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { untilEqual } from './support/compare';
import { onStandIn, World } from './support/world';

const CLIENT = join(__dirname, '..', '..', 'lib', 'client.js');
const COLUMNS = 60;

/** util-linux's `script` gives the command line a terminal; it is on every Debian and Ubuntu. */
const onTerminal = existsSync('/usr/bin/script') ? onStandIn('a pace of this test').describe : describe.skip;

onTerminal('a terminal of 60 columns', () => {
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
    const terminal = openTerminal(world, ['apply', file, '--yes']);
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

  it('lets init propose what there is, as the worker sees it', async () => {
    const file = join(world.dir, 'first.yaml');
    await writeFile(join(world.dir, 'ca.pem'), world.neon.caPem);
    const terminal = openTerminal(world, ['init', file, '--tls-ca', join(world.dir, 'ca.pem')]);
    await terminal.answer(/neon or postgres/, 'neon');
    await terminal.until(new RegExp(`Neon project: ${world.neon.project}, the only one`));
    await terminal.until(/Database: shop, the only one/);
    await terminal.answer(/ 2 {2}public\.customers[^]*Tables: numbers/, '2');
    await terminal.answer(/pipeline's name/, 'first');
    expect(await terminal.ended).toBe(0);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(`project: ${world.neon.project}\n`);
    expect(text).toContain('  tables:\n    - public.customers\n');
    const { code, stderr } = await world.n2m(['plan', file]);
    expect({ code, stderr: code === 3 ? '' : stderr }).toEqual({ code: 3, stderr: '' });
  }, 120_000);

  it('lets init ask in words where no worker answers', async () => {
    const terminal = openTerminal(world, ['init', '-'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    await terminal.until(/nothing is looked up: Temporal does not answer/);
    await terminal.answer(/neon or postgres/, 'neon');
    await terminal.answer(/Neon project, the id/, 'shiny-wind-028834');
    await terminal.answer(/Database/, 'shop');
    await terminal.answer(/Tables, separated by commas/, 'public.orders');
    await terminal.answer(/pipeline's name/, '');
    expect(await terminal.ended).toBe(0);
    expect(terminal.text()).toContain('project: shiny-wind-028834');
  }, 120_000);
});

/** The command line with a person before it. */
function openTerminal(world: World, args: string[], more: Record<string, string> = {}) {
  const command = ['stty', 'cols', String(COLUMNS), 'rows', '40;', 'exec', process.execPath, CLIENT, ...args].join(' ');
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    // Under CI nothing is drawn over; this terminal has a person before it.
    env: { ...process.env, ...world.env, TERM: 'xterm', CI: '', ...more },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number);
  const text = (): string => stripVTControlCharacters(output).replaceAll('\r', '');
  const type = (keys: string): boolean => child.stdin.write(keys);
  async function until(pattern: RegExp): Promise<void> {
    while (!pattern.test(text())) {
      if (child.exitCode !== null) throw new Error(`it ended before it showed ${String(pattern)}:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    ended,
    text,
    type,
    until,
    async answer(question: RegExp, keys: string) {
      await until(question);
      type(`${keys}\r`);
    },
  };
}
