import { execFileSync } from 'node:child_process';
import { sign } from '../../src/activities/watch/alerts';
import { blocksOf } from './pages';

/** The sample as people copy it, in a process of its own: it is an ES module. */
function isGenuine(body: string, signature: string | null, key: string): boolean {
  const sample = blocksOf('docs/alerts.md').find(({ language }) => language === 'js')?.text ?? '';
  const call = `process.stdout.write(String(isGenuine(...${JSON.stringify([body, signature, key])})));`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '--eval', `${sample}\n${call}`]);
  return answer.toString() === 'true';
}

test.each([
  ['what the worker signed', 'zwölf', (body: string) => sign(body, 'key'), true],
  ['another key', 'body', (body: string) => sign(body, 'other'), false],
  ['another body', 'body', () => sign('bodx', 'key'), false],
  ['no signature', 'body', () => null, false],
])('the check of docs/alerts.md judges %s', (_, body, signature, genuine) => {
  expect(isGenuine(body, signature(body), 'key')).toBe(genuine);
});
