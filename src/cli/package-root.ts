import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json: the command line runs from its sources and as one file. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
