import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock, withLock } from '../../../local/stack/lock';
import { Parts } from '../../../local/stack/parts';
import { ServerProcess } from '../../../local/stack/process';
import { until } from '../../../local/stack/until';

const shell = (script: string, more: { grace?: number; onLine?: (line: string) => void } = {}): ServerProcess =>
  ServerProcess.start({ name: 'the server', command: 'sh', args: ['-c', script], ...more });

/** The id of a process that has ended. */
const deadPid = (): number => spawnSync('true').pid;

describe('a server process', () => {
  it('says with which words it ended by itself', async () => {
    await expect(shell('echo no disk; exit 3').failed()).rejects.toThrow(
      'the server (sh) ended with exit code 3:\nno disk',
    );
  });

  it('says when its program does not exist', async () => {
    const server = ServerProcess.start({ name: 'the server', command: 'n2m-no-such-program', args: [] });
    await expect(server.failed()).rejects.toThrow(/the server did not start: .*ENOENT/);
    await server.stop();
  });

  it('is killed with all it started when it does not listen to SIGTERM', async () => {
    const lines: string[] = [];
    const script = `trap '' TERM; sleep 1000 & echo $!; wait; wait`;
    const server = shell(script, { grace: 100, onLine: (line) => lines.push(line) });
    const child = await until(() => Promise.resolve(lines[0]), { what: 'its child', timeout: 20_000 });
    await server.stop();
    expect(server.isRunning).toBe(false);
    const states = () => execFileSync('sh', ['-c', `ps -o stat= -p ${child} || true`], { encoding: 'utf8' });
    await until(() => Promise.resolve(/^(Z.*)?$/.test(states().trim()) ? true : undefined), {
      what: 'the end of its child',
      timeout: 20_000,
    });
  });
});

describe('the parts of a stack', () => {
  it('are stopped in reverse order, all of them, even when one fails to', async () => {
    const order: string[] = [];
    const parts = new Parts();
    for (const name of ['a', 'b', 'c']) {
      const stop = () => {
        order.push(name);
        return name === 'b' ? Promise.reject(new Error('stuck')) : Promise.resolve();
      };
      await parts.start(name, () => Promise.resolve(name), stop);
    }
    await expect(parts.stop()).rejects.toThrow('b did not stop: stuck');
    expect(order).toEqual(['c', 'b', 'a']);
  });
});

describe('a lock', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'n2m-test-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is refused while its process lives and taken over when that is gone', async () => {
    const path = join(folder, 'lock');
    writeFileSync(path, String(process.ppid));
    expect(await takeLock(path)).toBe(process.ppid);
    writeFileSync(path, String(deadPid()));
    expect(await takeLock(path)).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  });

  it('lets one in at a time, and is gone afterwards', async () => {
    const path = join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const waiting: number[] = [];
    const work = async () => {
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(path, work, (pid) => waiting.push(pid))));
    expect(most).toBe(1);
    expect(waiting.every((pid) => pid === process.pid)).toBe(true);
    expect(existsSync(path)).toBe(false);
  });
});
