import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..', '..');
const print = `import { neonTypes } from './scripts/neon-types'; neonTypes().then((text) => process.stdout.write(text));`;

// In a process of its own: the generator has dependencies that jest cannot load.
it('the types of the Neon API are what the official file says (else: npm run generate)', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [require.resolve('tsx/cli'), '-e', print], {
    cwd: root,
    maxBuffer: 10_000_000,
  });
  expect(readFileSync(join(root, 'src', 'systems', 'neon', 'api.generated.ts'), 'utf8')).toBe(stdout);
});
