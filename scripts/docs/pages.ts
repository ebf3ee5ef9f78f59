import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { attacksTable } from './attacks';
import { commandsTable } from './commands';
import { configurationPage } from './configuration';
import { between } from './markdown';
import { runbookPage } from './runbook';

const ROOT = join(__dirname, '../..');

/** Pages, and the parts of pages, that are made from the sources: path to text. */
export async function madePages(): Promise<Record<string, string>> {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  return {
    'docs/configuration.md': await formatted('docs/configuration.md', configurationPage()),
    'docs/runbook.md': await formatted('docs/runbook.md', runbookPage()),
    'README.md': await formatted(
      'README.md',
      between(between(readme, 'commands', commandsTable()), 'attacks', attacksTable()),
    ),
  };
}

async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(join(ROOT, path))), parser: 'markdown' });
}

// For the test: prettier cannot be loaded inside of jest.
if (require.main === module) void madePages().then((pages) => process.stdout.write(JSON.stringify(pages)));
