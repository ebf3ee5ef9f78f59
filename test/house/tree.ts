import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..', '..');

/** Folders whose files are ours to read; what a tool writes is not among them. */
export const TREES = ['src', 'local', 'test', 'bench', 'scripts'];

/** Files of code below a folder, as paths from the root. Recordings and other data do not count, nor generated code. */
export function codeIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path).split(sep).join('/'))
    .filter((path) => /\.(ts|js|mjs)$/.test(path) && !path.endsWith('.generated.ts'))
    .sort();
}

export const linesOf = (file: string): number => readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n').length;

/** How many files of code each folder has beside each other. */
export function filesBeside(trees: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of trees.flatMap(codeIn)) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return counts;
}

/** Who imports whom, types included: a reader meets those cycles, too. */
export function imports(trees: string[]): Map<string, string[]> {
  return new Map(
    trees.flatMap(codeIn).map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
      const found = importedFiles.map(({ fileName }) => resolve(file, fileName));
      return [file, found.filter((path) => path !== undefined)];
    }),
  );
}

function resolve(from: string, name: string): string | undefined {
  if (!name.startsWith('.')) return undefined;
  const base = join(ROOT, dirname(from), name);
  const candidates = [`${base}.ts`, join(base, 'index.ts'), base, base.replace(/\.js$/, '.ts')];
  const found = candidates.find((path) => existsSync(path) && statSync(path).isFile());
  return found && relative(ROOT, found).split(sep).join('/');
}

/** Groups of files of which each reaches every other (Tarjan's strongly connected components, without the lone ones). */
export function cycles(graph: Map<string, string[]>): string[][] {
  const found: string[][] = [];
  const number = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    number.set(file, number.size);
    let low = number.size - 1;
    open.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!number.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, lowest.get(next) ?? number.get(next)!);
    }
    lowest.set(file, low);
    if (low !== number.get(file)) return low;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1 || graph.get(file)?.includes(file)) found.push(group.sort());
    return low;
  };
  for (const file of graph.keys()) if (!number.has(file)) visit(file);
  return found;
}
