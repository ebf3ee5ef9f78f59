import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import { until } from '../../local/stack/until';
import { projectRoot } from '../../local/stack/worker';
import { killProcessesOf, leftBehind, ownTmpdir } from './stack/left-behind';

/** A start file with what it says of itself, and a look at whether what it names answers. */
const PARTS: [part: string, says: RegExp, answers: (said: RegExpExecArray) => Promise<unknown>, more?: string[]][] = [
  ['materialize', /^Materialize +psql '(.+)'$/m, ([, url]) => ask(url, 'SELECT mz_version() AS is', /^v26\.39/)],
  [
    'materialize',
    /^Materialize +psql '(.+)'$/m,
    ([, url]) => ask(url, 'SELECT mz_version() AS is', /^v26\.9/),
    ['--materialize-version', '26.9'],
  ],
  ['neon', /^API +(\S+) +key (\S+)$/m, ([, api, key]) => listProjects(api, key)],
  ['postgres', /^Postgres +psql '(.+)'$/m, ([, url]) => ask(url, 'SHOW wal_level', /^logical$/)],
  ['temporal', /^UI +(\S+)$/m, async ([, ui = '']) => expect((await fetch(ui)).ok).toBe(true)],
];

async function ask(connectionString: string | undefined, statement: string, wanted: RegExp): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, string>>(statement);
    expect(Object.values(rows[0] ?? {})[0]).toMatch(wanted);
  } finally {
    await client.end();
  }
}

async function listProjects(api = '', key = ''): Promise<void> {
  const answer = await fetch(`${api}/projects`, { headers: { authorization: `Bearer ${key}` } });
  expect(await answer.json()).toMatchObject({ projects: [{ provisioner: 'k8s-neonvm' }] });
}

test.each(PARTS)(
  'local/%s/main.ts starts that part alone, and ends it with all it left',
  async (part, says, answers, more = []) => {
    const folder = ownTmpdir();
    try {
      const child = spawn(process.execPath, ['-r', 'tsx/cjs', join('local', part, 'main.ts'), ...more], {
        cwd: projectRoot,
        env: { ...process.env, TMPDIR: folder, TEMPORAL_ADDRESS: undefined },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const ended = once(child, 'close');
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const found = await until(
        () => {
          if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
          return Promise.resolve((said.includes('Ctrl-C ends it.') && says.exec(said)) || undefined);
        },
        { what: String(says), timeout: 120_000 },
      );
      await answers(found);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect(said).toContain('stopped: nothing is left running');
      expect(await leftBehind(folder, [])).toEqual([]);
    } finally {
      killProcessesOf(folder);
    }
  },
  200_000,
);
