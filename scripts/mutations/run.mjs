// npm run test:mutations [-- FOLDER …]: mutates src/core folder by folder, each against the tests beside it in the
// mirror. Killed mutants are remembered in .stryker, so that a second run tries what changed and what survived.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

const ROOT = 'src/core';
const has = (folder, ending) => existsSync(folder) && readdirSync(folder).some((name) => name.endsWith(ending));

/** The folders below that have sources of their own. */
const foldersIn = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .concat(folder)
    .filter((found) => has(found, '.ts'))
    .sort();

/** What walks the objects has tests that hold their steps, findings and statements. */
const ENGINE = ['plan', 'destroy', 'repair', 'sql'].map((name) => `test/core/${name}`);

/** The folders of tests that hold a folder: its mirror, else the nearest one above. */
const testsOf = (folder) => {
  const mirror = folder.replace('src/', 'test/');
  if (`${folder}/`.startsWith(`${ROOT}/objects/`)) return [mirror, ...ENGINE].filter((name) => has(name, '.test.ts'));
  for (let name = mirror; name !== 'test'; name = dirname(name)) if (has(name, '.test.ts')) return [name];
  throw new Error(`no tests for ${folder}`);
};

const score = (mutants) => {
  const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  const [caught, missed] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')];
  return { mutants: caught + missed, missed, score: caught + missed === 0 ? 100 : (100 * caught) / (caught + missed) };
};

const asked = process.argv.slice(2);
const folders = [
  ...new Set((asked.length > 0 ? asked : [ROOT]).map((name) => name.replace(/\/+$/, '')).flatMap(foldersIn)),
];
const rows = [];
const all = [];
for (const folder of folders) {
  const name = folder.replaceAll('/', '-');
  const started = Date.now();
  const mutants = await new Stryker({
    mutate: [`${folder}/*.ts`],
    incrementalFile: `.stryker/${name}.json`,
    htmlReporter: { fileName: `.stryker/${name}.html` },
    jest: {
      configFile: 'jest.mutations.config.js',
      enableFindRelatedTests: false,
      config: { testMatch: testsOf(folder).map((name) => `**/${name}/*.test.ts`) },
    },
  }).runMutationTest();
  all.push(...mutants);
  rows.push({ folder, ...score(mutants), minutes: (Date.now() - started) / 60_000 });
}
const minutes = rows.reduce((sum, row) => sum + row.minutes, 0);
for (const row of [...rows, { folder: 'all', ...score(all), minutes }]) {
  const cells = [row.folder.padEnd(28), String(row.mutants).padStart(6), `${row.missed} missed`.padStart(12)];
  console.log(...cells, `${row.score.toFixed(1)} %`.padStart(8), `${row.minutes.toFixed(0)} min`.padStart(8));
}
