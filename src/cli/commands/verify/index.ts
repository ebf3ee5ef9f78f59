import { Option } from 'commander';
import { parsePercentage } from '../../../core/text/share';
import type { Amount } from '../../../core/verify/types';
import { action, pipelineArgument, withOutput, type CommonOptions, type Register } from '../../command';
import { CliError, EXIT } from '../../exit';

interface VerifyOptions extends CommonOptions {
  table: string[];
  sample?: string;
  full?: boolean;
  cluster?: string;
  showValues?: boolean;
  file?: string;
}

export const register: Register = (program, exit) =>
  withOutput(program.command('verify'))
    .argument('<name>', "the pipeline's name")
    .option('-t, --table <schema.table>', 'only this table, as upstream calls it; may be given again', add, [])
    .addOption(new Option('--sample <share>', 'places of each large table, as 1%').conflicts('full'))
    .option('--full', 'every row, which is what happens without --sample')
    .option('--cluster <cluster>', "runs the queries in Materialize; default: the login's own")
    .option('--show-values', 'print values that differ instead of hashes of them')
    .option('-f, --file <file>', 'the pipeline file instead of what was applied last')
    .description('compare the tables of both sides, and name every row and column that differs')
    .addHelpText(
      'after',
      `
Reads both sides and changes nothing. Upstream it reads in transactions of a
quarter of a second and rests as long, but for a table without a usable key,
which it reads whole; rows that are on their way are looked at again until they
settle.

Exit codes: 0 equal, 3 rows differ or something could not be compared, 1 it
could not look.

Examples:
  n2m verify shop
  n2m verify shop --table public.orders --show-values
  n2m verify shop --sample 1% --output json | jq .verdict`,
    )
    .action(
      action(exit, async (output, name: string, options: VerifyOptions) => {
        const pipeline = pipelineArgument(name);
        const amount = amountOf(options);
        const { withTemporal } = await import('../../temporal/client.js');
        const { lastAppliedSpec } = await import('../../temporal/last-spec.js');
        const { verifyNow } = await import('../../temporal/verify.js');
        const { renderVerify } = await import('./render.js');
        return withTemporal(async (temporal) => {
          const spec = await lastAppliedSpec(temporal, output, pipeline, options.file);
          output.log(`comparing both sides of ${pipeline} …`);
          const { table: tables, cluster = null, showValues = false } = options;
          const result = await verifyNow(temporal, spec, { tables, amount, cluster, showValues });
          output.print(result, renderVerify(result, output.stdoutPaint));
          if (result.verdict === 'differs') output.log(`next: n2m status ${pipeline}`);
          return result.verdict === 'equal' ? EXIT.fine : EXIT.attention;
        });
      }),
    );

const add = (value: string, before: string[]): string[] => [...before, value];

function amountOf({ sample }: VerifyOptions): Amount {
  if (sample === undefined) return 'full';
  const share = parsePercentage(sample);
  if (share !== null && share > 0) return { sample: share };
  throw new CliError(`${sample} is no share`, EXIT.usage, 'write it as --sample 1%');
}
