import { benchApply } from './apply';
import { benchColdStart } from './cold-start';
import { benchHarm } from './harm';
import { benchTables } from './tables';
import { benchVerify } from './verify';
import { benchWaiting } from './waiting';
import { benchWatch } from './watch';

/** Each starts a stack of its own and prints its rows. */
const BENCHES: Record<string, (args: string[]) => Promise<void>> = {
  apply: benchApply,
  'cold-start': benchColdStart,
  waiting: benchWaiting,
  watch: benchWatch,
  tables: benchTables,
  harm: benchHarm,
  verify: benchVerify,
};
/** The table that releases are compared by. */
const TABLE = ['apply', 'cold-start', 'waiting', 'watch', 'tables'];

/** `npm run bench [-- NAME [its options]]`: one of them, or the whole table. Prints figures; asserts nothing. */
async function main(): Promise<void> {
  const [what, ...rest] = process.argv.slice(2);
  if (what === undefined) {
    for (const name of TABLE) await BENCHES[name]?.([]);
    return;
  }
  const bench = Object.hasOwn(BENCHES, what) ? BENCHES[what] : undefined;
  if (bench) return bench(rest);
  process.stderr.write(`no bench is called ${what}: ${Object.keys(BENCHES).join(', ')}\n`);
  process.exitCode = 2;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
