import { benchApply } from './apply';
import { benchHarm } from './harm';
import { benchTables } from './tables';
import { benchVerify } from './verify';
import { benchWatch } from './watch';

/** `npm run bench [-- apply|harm|verify|watch [--rows N] [--runs N] [--writes N] [--pipelines N] [--minutes N] [--raise-minutes N]]`. Prints figures; asserts nothing. */
async function main(): Promise<void> {
  const [what = 'apply', ...rest] = process.argv.slice(2);
  if (what === 'apply') return benchApply();
  if (what === 'harm') return benchHarm();
  if (what === 'tables') return benchTables(rest);
  if (what === 'watch') return benchWatch(rest);
  if (what === 'verify') return benchVerify(rest);
  process.stderr.write(`no bench is called ${what}: apply, harm, verify, watch\n`);
  process.exitCode = 2;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
