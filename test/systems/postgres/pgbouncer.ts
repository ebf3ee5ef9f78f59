import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveTo, postgresAccount, writeFor } from '../../../local/postgres/account';
import { freePort } from '../../../local/postgres/free-port';

/** PgBouncer as Debian has it, in front of a server on this machine. */
export interface PgBouncer {
  readonly port: number;
  stop(): Promise<void>;
}

export const pgBouncerThere = spawnSync('pgbouncer', ['--version']).status === 0;
/** CI unpacks it (.ci/run), so there its absence is a failure. */
export const withPgBouncer = pgBouncerThere || process.env.CI ? describe : describe.skip;
export const pgBouncerTitle = (what: string): string =>
  pgBouncerThere ? what : `${what} (pgbouncer is not on the PATH: Debian package pgbouncer)`;

const LINES = 40;
const ANSWERS_WITHIN_MS = 20_000;

/** `logins`: passwords by user, which it asks for and logs in with. `more`: settings of its own, as in pgbouncer.ini. */
export async function startPgBouncer(
  server: { port: number },
  logins: Record<string, string>,
  more: Record<string, string> = {},
): Promise<PgBouncer> {
  const account = postgresAccount();
  const folder = await mkdtemp(join(tmpdir(), 'n2m-pgbouncer-'));
  await giveTo(account, folder);
  const port = await freePort();
  const users = join(folder, 'users.txt');
  const settings = {
    ...{
      listen_addr: '127.0.0.1',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'plain',
      auth_file: users,
    },
    ...{ server_tls_sslmode: 'prefer', pool_mode: 'transaction', ...more },
  };
  await writeFor(
    account,
    users,
    Object.entries(logins)
      .map(([user, password]) => `"${user}" "${password}"\n`)
      .join(''),
  );
  const ini = join(folder, 'pgbouncer.ini');
  await writeFor(
    account,
    ini,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port}`,
      '[pgbouncer]',
      ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
      '',
    ].join('\n'),
  );
  const child = spawn('pgbouncer', [...(account === null ? [] : ['--user', account.name]), ini], { stdio: 'pipe' });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said.push(data.toString());
      if (said.length > LINES) said.shift();
    });
  }
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()).once('error', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const until = Date.now() + ANSWERS_WITHIN_MS;
  while (!(await answers(port))) {
    if (child.exitCode === null && Date.now() < until) continue;
    await stop();
    throw new Error(`PgBouncer did not begin:\n${said.join('')}`);
  }
  return { port, stop };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      if (answer) resolve(true);
      else setTimeout(() => resolve(false), 50);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}
