import { relative } from 'node:path';
import { envFile } from './files';
import type { Stack } from './options';

/** What runs where, and what to try next. */
export function summary({ dir, file, neon, materialize, worker }: Stack, seconds: number): string {
  const here = (path: string): string => {
    const fromHere = relative(process.cwd(), path);
    return fromHere.startsWith('..') ? path : `./${fromHere}`;
  };
  const rows: [string, string][] = [
    ['Temporal', `${file.temporal.address}${file.temporal.ui ? `   UI ${file.temporal.ui}` : ''}`],
    ...(file.neon ? [['Neon API', `${file.neon.api}   project ${file.neon.project}`] satisfies [string, string]] : []),
    ['Postgres', `psql '${file.postgres.url}'${neon ? '' : '   (ran before)'}`],
    ['Materialize', `psql '${file.materialize.url}'   ${materialize ? '(a stand-in)' : '(ran before)'}`],
    ['Worker', worker ? `process ${worker.pid}   metrics ${file.metrics}` : 'none: npm run worker'],
  ];
  const pipeline = here(file.pipeline);
  return [
    '',
    `Everything answers after ${seconds} s; Ctrl-C ends it all.`,
    '',
    ...rows.map(([name, where]) => `  ${name.padEnd(12)} ${where}`),
    '',
    'Try next, in another terminal:',
    '',
    `  . ${here(envFile(dir))}`,
    `  npx n2m plan ${pipeline}`,
    `  npx n2m apply ${pipeline}`,
    '  npx n2m status shop',
    '',
  ].join('\n');
}
