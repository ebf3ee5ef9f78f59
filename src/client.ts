#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from './cli/main';
import { packageRoot } from './cli/package-root';

const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };

void main(process.argv.slice(2), version).then((code) => {
  process.exitCode = code;
});
