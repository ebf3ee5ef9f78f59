import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parsePipeline, writeProblem } from '../core/spec/parse';
import type { PipelineSpec } from '../core/spec/types';
import { plural } from '../core/text/count';
import { CliError, EXIT } from './exit';
import type { Output } from './terminal/output';

/** Reads and checks a pipeline file, `-` for stdin; says everything that is wrong with it and ends with exit code 2. */
export async function readPipeline(path: string, output: Output): Promise<PipelineSpec> {
  const name = path === '-' ? 'stdin' : path;
  const result = parsePipeline(await contents(path));
  if (result.ok) return result.spec;
  output.log(...result.problems.map((problem) => writeProblem(problem, name)));
  throw new CliError(
    `${name} has ${plural(result.problems.length, 'problem')}; nothing was sent anywhere`,
    EXIT.usage,
    `correct ${result.problems.length === 1 ? 'it' : 'them'}, then run the same command`,
    { problems: result.problems },
  );
}

async function contents(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new CliError(
      `${path} ${reason}`,
      EXIT.usage,
      code === 'ENOENT' ? 'n2m init writes a file to start from' : 'name a file that can be read, or - for stdin',
    );
  }
}
