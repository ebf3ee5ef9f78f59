import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { isPortFree } from '../../../local/postgres/free-port';

const script = `
  const { startPostgres } = require(${JSON.stringify(join(__dirname, '../../../local/postgres/server'))});
  startPostgres().then((server) => console.log(JSON.stringify({ port: server.port, dir: server.dataDir })));
  setInterval(() => undefined, 60_000);
`;

it('ends with the process that started it, even when that one is killed, and takes its folder along', async () => {
  const parent = spawn(process.execPath, ['--import', 'tsx', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const { port, dir } = JSON.parse(line) as { port: number; dir: string };
  expect(await isPortFree(port)).toBe(false);
  parent.kill('SIGKILL');
  while (existsSync(dirname(dir))) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await isPortFree(port)).toBe(true);
});
