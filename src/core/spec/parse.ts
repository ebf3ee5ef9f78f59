import { complete } from './complete';
import { crossChecks } from './checks/cross-checks';
import { LITERAL_SECRET } from './fields';
import { fileSchema } from './file-schema';
import { complaints, valueAt, wrongChoice, type Complaint } from './messages';
import type { PipelineSpec } from './types';
import { readYaml, type Path, type YamlFile } from './yaml';

/** One thing that is wrong with a file. `path` is empty for the file as a whole; line and column count from 1. */
export interface Problem {
  path: string;
  line: number;
  column: number;
  message: string;
}

export type PipelineFileResult = { ok: true; spec: PipelineSpec } | { ok: false; problems: Problem[] };

/**
 * Reads a pipeline file: YAML or JSON text to a complete spec, or everything that is wrong with it at once, in the
 * order of the file. No message repeats a value that could be a secret.
 */
export function parsePipeline(text: string): PipelineFileResult {
  const yaml = readYaml(text);
  if (!yaml.ok) return { ok: false, problems: yaml.mistakes.map((mistake) => ({ path: '', ...mistake })) };
  const raw = yaml.file.value;
  const { kind, wrong } = sourceKind(raw);
  const checked = fileSchema.safeParse(wrong === null ? raw : withKind(raw, kind));
  const found = [
    ...(wrong === null ? [] : [wrong]),
    ...(checked.success ? [] : complaints(checked.error.issues, raw, kind)),
    ...crossChecks(raw, kind),
  ];
  const reported = new Set(found.map(({ path }) => writePath(path)));
  const hidden = yaml.file.secrets
    .filter((path) => !reported.has(writePath(path)) && !isSchemaAddress(path))
    .map((path) => ({ path, message: LITERAL_SECRET }));
  const problems = inOrder([...found, ...hidden], yaml.file);
  if (problems.length > 0 || !checked.success) return { ok: false, problems };
  return { ok: true, spec: complete(checked.data) };
}

/** `pipeline.yaml:7:3 source.tables[2]: what is wrong`. */
export function writeProblem(problem: Problem, fileName: string): string {
  const path = problem.path === '' ? '' : ` ${problem.path}:`;
  return `${fileName}:${problem.line}:${problem.column}${path === '' ? ':' : path} ${problem.message}`;
}

/** Which kind's keys to check against; a wrong or missing kind is guessed, so that the rest is still checked. */
function sourceKind(raw: unknown): { kind: 'neon' | 'postgres'; wrong: Complaint | null } {
  const source = valueAt(raw, ['source']);
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return { kind: 'neon', wrong: null };
  const kind = valueAt(source, ['kind']);
  if (kind === 'neon' || kind === 'postgres') return { kind, wrong: null };
  const message =
    kind === undefined || kind === null
      ? 'is missing; allowed: neon, postgres'
      : wrongChoice(['neon', 'postgres'], kind);
  const guess = ['url', 'primary', 'reachableAt'].some((key) => key in source) ? 'postgres' : 'neon';
  return { kind: guess, wrong: { path: ['source', 'kind'], message } };
}

function withKind(raw: unknown, kind: string): unknown {
  const file = raw as { source: object };
  return { ...file, source: { ...file.source, kind } };
}

const isSchemaAddress = (path: Path): boolean => path[0] === '$schema';

function inOrder(found: Complaint[], file: YamlFile): Problem[] {
  return found
    .map(({ path, message }) => ({ path: writePath(path), ...file.at(path), message }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function writePath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    // A key that is no word may be a secret pasted in the wrong place.
    const key = /^[\w$-]{1,60}$/.test(step) ? step : '(key)';
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
