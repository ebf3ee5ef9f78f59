import { MzError } from '../contract';
import { definitions, reported } from './defaults';

/** Session and system settings: defaults and texts as recorded, names case-insensitive. */
export interface SessionSettings {
  /** Text as SHOW prints it. Unknown name: 42704 `unrecognized configuration parameter "x"`. */
  show(name: string): string;
  /** `values` as written (several for lists such as search_path). 42704, 22023. */
  set(name: string, values: string[], local?: boolean): void;
  reset(name: string): void;
  resetAll(): void;
  /** Drops SET LOCAL values at the end of a transaction, and plain SETs too when it was rolled back. */
  endTransaction(committed: boolean): void;
  /** Names reported as ParameterStatus at startup and on change, with their values. */
  parameterStatus(): Map<string, string>;
  /** Names this session may see, in their own spelling, with their values: SHOW ALL. */
  all(): [name: string, value: string][];
}

/** `system` are the values of ALTER SYSTEM, read anew at each SHOW. */
export type CreateSessionSettings = (options: {
  role: string;
  database: string;
  applicationName?: string;
  system: () => Record<string, string>;
}) => SessionSettings;

const spelling = new Map(Object.keys(definitions).map((name) => [name.toLowerCase(), name]));

const unknown = (name: string): MzError =>
  new MzError('42704', `unrecognized configuration parameter "${name.toLowerCase()}"`);

const invalid = (name: string, values: string[], detail: string): MzError =>
  new MzError('22023', `invalid value for parameter "${name}": ${values.map((value) => `"${value}"`).join(', ')}`, {
    detail,
  });

const truths: Record<string, string> = { true: 'on', t: 'on', on: 'on', yes: 'on', '1': 'on' };
const falsehoods: Record<string, string> = { false: 'off', f: 'off', off: 'off', no: 'off', '0': 'off' };

const milliseconds: [unit: string, length: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** `10s`, `1 min`, `5000` (milliseconds) → the largest unit that leaves no rest. */
function duration(text: string): string | null {
  const match = /^\s*(\d+)\s*(us|ms|s|min|h|d)?\s*$/.exec(text);
  if (match === null) return null;
  const unit = match[2] ?? 'ms';
  const length = unit === 'us' ? 0.001 : milliseconds.find(([name]) => name === unit)![1];
  const total = Math.ceil(Number(match[1]) * length);
  if (total === 0) return '0';
  const [best, bestLength] = milliseconds.find(([, candidate]) => total % candidate === 0)!;
  return `${total / bestLength} ${best}`;
}

const isolationLevels = ['serializable', 'strict serializable'];

function normalize(name: string, values: string[]): string {
  const [value = ''] = values;
  const { kind } = definitions[name]!;
  if (name === 'search_path') {
    return values
      .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
      .join(', ');
  }
  if (values.length > 1) return values.join(', ');
  if (name === 'transaction_isolation') {
    const level = value.toLowerCase();
    if (isolationLevels.includes(level)) return level;
    if (['read committed', 'read uncommitted', 'repeatable read'].includes(level)) return 'serializable';
    throw invalid(name, values, `available values: ${isolationLevels.join(', ')}`);
  }
  if (kind === 'boolean') {
    const lower = value.toLowerCase();
    const known = truths[lower] ?? falsehoods[lower];
    if (known === undefined) throw new MzError('22023', `parameter "${name}" requires a "boolean" value`);
    return known;
  }
  if (kind === 'duration') {
    const known = duration(value);
    if (known === null) throw new MzError('22023', `parameter "${name}" requires a "duration" value`);
    return known;
  }
  if (kind === 'number' && !/^-?\d+$/.test(value)) {
    throw new MzError('22023', `parameter "${name}" requires a "integer" value`);
  }
  return value;
}

export const createSessionSettings: CreateSessionSettings = ({ role, database, applicationName, system }) => {
  const initial = new Map<string, string>([['database', database]]);
  if (applicationName !== undefined) initial.set('application_name', applicationName);
  if (role === 'mz_system') initial.set('is_superuser', 'on');
  let committed = new Map(initial);
  let current = new Map(initial);
  const local = new Map<string, string>();

  function find(name: string): string {
    const known = spelling.get(name.toLowerCase());
    if (known === undefined) {
      // What only ALTER SYSTEM knows is known to nobody else.
      if (role === 'mz_system' && system()[name.toLowerCase()] !== undefined) return name.toLowerCase();
      throw unknown(name);
    }
    if (definitions[known]!.internal === true && role !== 'mz_system') throw unknown(name);
    return known;
  }

  function valueOf(name: string): string {
    const set = local.get(name) ?? current.get(name);
    if (set !== undefined) return set;
    const ofSystem = system()[name.toLowerCase()];
    const definition = definitions[name];
    if (ofSystem === undefined) return definition?.value ?? '';
    return definition?.kind === 'boolean' ? (truths[ofSystem] ?? falsehoods[ofSystem] ?? ofSystem) : ofSystem;
  }

  function changeable(name: string): string {
    const known = find(name);
    const scope = definitions[known]?.scope ?? 'system';
    if (scope === 'session' || scope === 'single') return known;
    throw new MzError('55P02', `parameter "${known}" cannot be changed`);
  }

  /** What has one value only may be set to that, as clients of Postgres do. */
  function mustBeThatOf(name: string, values: string[]): void {
    const { value, scope } = definitions[name] ?? {};
    if (scope !== 'single' || value === undefined) return;
    const parts = (list: string[]): string[] =>
      list
        .join(',')
        .toLowerCase()
        .split(/\s*,\s*/);
    const allowed = parts([value]);
    if (parts(values).every((part) => allowed.includes(truths[part] ?? part))) return;
    throw new MzError('22023', `parameter "${name}" can only be set to "${value}"`);
  }

  return {
    show: (name) => valueOf(find(name)),
    set(name, values, isLocal = false) {
      const known = changeable(name);
      mustBeThatOf(known, values);
      if (definitions[known]?.scope !== 'single') (isLocal ? local : current).set(known, normalize(known, values));
    },
    reset(name) {
      const known = changeable(name);
      local.delete(known);
      current.delete(known);
      const first = initial.get(known);
      if (first !== undefined) current.set(known, first);
    },
    resetAll() {
      local.clear();
      current = new Map(initial);
    },
    endTransaction(isCommitted) {
      local.clear();
      if (isCommitted) committed = new Map(current);
      else current = new Map(committed);
    },
    parameterStatus: () => new Map(reported.map((name) => [name, valueOf(name)])),
    all: () =>
      Object.entries(definitions)
        .filter(([, definition]) => definition.internal !== true || role === 'mz_system')
        .map(([name]): [string, string] => [name, valueOf(name)])
        .sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
  };
};
