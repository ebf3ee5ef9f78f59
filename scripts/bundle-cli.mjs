// Makes one file of the command line and of what it needs: reading and compiling some four hundred small files took
// longer than what most commands do.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { neededMessages } from './messages.mjs';

/** What our sources and some of the packages expect where they run. */
const COMMONJS = [
  "import { createRequire as createRequireHere } from 'node:module';",
  "import { dirname as dirnameOf } from 'node:path';",
  "import { fileURLToPath as pathOf } from 'node:url';",
  'const require = createRequireHere(import.meta.url);',
  'const __dirname = dirnameOf(pathOf(import.meta.url));',
].join('\n');

const MESSAGES = /@temporalio[/\\]proto[/\\]protos[/\\]json-module\.js$/;
/** Generated, and walks through all messages: what it names says nothing about what is used. */
const WALK = /@temporalio[/\\]proto[/\\]lib[/\\]payload-visitor\.generated\.js$/;

/** Leaves out what names every message there is. @type {import('esbuild').Plugin} */
const withoutMessages = {
  name: 'without-messages',
  setup({ onLoad }) {
    for (const filter of [MESSAGES, WALK]) onLoad({ filter }, () => ({ contents: '', loader: 'js' }));
  },
};

/** @type {(code: string[]) => import('esbuild').Plugin} */
const messages = (code) => ({
  name: 'messages',
  setup({ onLoad }) {
    onLoad({ filter: MESSAGES }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const from = text.indexOf('.addJSON(') + '.addJSON('.length;
      const to = text.indexOf('\n});') + '\n}'.length;
      const types = neededMessages(JSON.parse(text.slice(from, to)), code);
      // Node reads a text of JSON faster than a program of the same content.
      const json = `JSON.parse(${JSON.stringify(JSON.stringify(types))})`;
      return { contents: `${text.slice(0, from)}${json}${text.slice(to)}`, loader: 'js' };
    });
  },
});

/** For programs that are files of their own, which n2m has none of; Node takes as long to load it as a small package. @type {import('esbuild').Plugin} */
const commander = {
  name: 'commander',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]commander[/\\]lib[/\\]command\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const eager = "const childProcess = require('node:child_process');";
      const [before, after, ...more] = text.split(eager);
      if (after === undefined || more.length > 0) throw new Error(`${path} loads node:child_process in another way`);
      const uses = /\bchildProcess\b/g;
      return { contents: before + after.replace(uses, "require('node:child_process')"), loader: 'js' };
    });
  },
};

/** The SDK loads it by its path, which is another from the bundle. @type {import('esbuild').Plugin} */
const converter = {
  name: 'failure-converter',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]src[/\\]codec[/\\]index\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const [before, after, ...more] = text.split("require.resolve('./failure-converter')");
      if (after === undefined || more.length > 0) throw new Error(`${path} loads the failure converter in another way`);
      return { contents: `${before}require.resolve('../codec/failure-converter.js')${after}`, loader: 'ts' };
    });
  },
};

/** The program: Node takes a file called .js for CommonJS. */
const PROGRAM = `#!/usr/bin/env node
'use strict';
void import('./cli/client.mjs');
`;

/** Bundles src/client.ts into the folder's `cli`, and puts the licences of what is in it beside it. */
export async function bundleCli(root, folder) {
  const options = {
    absWorkingDir: root,
    entryPoints: ['src/client.ts'],
    outdir: join(folder, 'cli'),
    bundle: true,
    // What a command does not need is in files that it does not read.
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    banner: { js: COMMONJS },
    platform: 'node',
    target: 'node20.3',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  };
  const plugins = [converter, commander];
  // Without comments and types, code names what it uses.
  const bare = { minifyWhitespace: true, write: false };
  const { outputFiles } = await build({ ...options, ...bare, plugins: [...plugins, withoutMessages] });
  const code = outputFiles.filter(({ path }) => path.endsWith('.mjs')).map(({ text }) => text);
  const { metafile } = await build({ ...options, plugins: [...plugins, messages(code)] });
  const packages = Object.keys(metafile.inputs).map((file) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const licences = [...new Set(packages)]
    .filter(Boolean)
    .sort()
    .map((path) => licenceOf(root, path));
  writeFileSync(join(folder, 'client.js'), PROGRAM);
  writeFileSync(join(folder, 'cli', 'licenses.txt'), licences.join(`\n\n${'-'.repeat(80)}\n\n`));
}

function licenceOf(root, path) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  const files = readdirSync(join(root, path)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.map((file) => readFileSync(join(root, path, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
