import type { z } from 'zod';
import { closest } from '../text/similar';
import { LITERAL_SECRET } from './fields';
import type { SOURCE_KINDS } from './file-schema';
import { carriesSecret } from './references';
import { keysAt, schemaAt } from './schema-walk';
import type { Path } from './yaml';

export interface Complaint {
  path: Path;
  message: string;
}

type Issue = z.core.$ZodIssue;

/** What zod found, in the words of the file: what is wrong and what is allowed. */
export function complaints(issues: Issue[], raw: unknown, kind: keyof typeof SOURCE_KINDS): Complaint[] {
  return issues.flatMap((issue) => translate(issue, [], raw, kind));
}

function translate(issue: Issue, above: Path, raw: unknown, kind: keyof typeof SOURCE_KINDS): Complaint[] {
  const path: Path = [...above, ...(issue.path as Path)];
  const value = valueAt(raw, path);
  switch (issue.code) {
    case 'custom':
      return [{ path, message: issue.message }];
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: ofOtherKind([...path, key], kind) ?? unknownKey(key, keysAt(path, kind)),
      }));
    case 'invalid_type':
      return [{ path, message: wrongType(issue.expected, value, path, kind) }];
    case 'invalid_value':
      return [{ path, message: wrongChoice(issue.values.map(String), value) }];
    case 'invalid_union': {
      // The branch that failed inside is the one that was meant; without one the value has a type of its own.
      const meant = issue.errors.find(
        (branch) => !branch.some((inner) => inner.path.length === 0 && inner.code === 'invalid_type'),
      );
      if (meant) return meant.flatMap((inner) => translate(inner, path, raw, kind));
      return [
        { path, message: value === null ? empty(path, kind) : `expected text or an object, not ${typeName(value)}` },
      ];
    }
    case 'too_small':
      return [
        {
          path,
          message:
            issue.origin === 'array'
              ? 'is an empty list; name at least one'
              : `must be at least ${String(issue.minimum)}`,
        },
      ];
    case 'too_big':
      return [{ path, message: `must be at most ${String(issue.maximum)}` }];
    default:
      return [{ path, message: 'is not valid' }];
  }
}

/** Why a key that another kind of source has is none of this one; null where there is nothing more to say. */
function ofOtherKind(path: Path, kind: keyof typeof SOURCE_KINDS): string | null {
  if (kind !== 'neon' || path.join('.') !== 'source.primary') return null;
  return 'goes with kind postgres only: a read replica of Neon has no replication slots, so Materialize reads the compute of the branch that takes writes, which is the primary';
}

export function unknownKey(key: string, allowed: string[]): string {
  if (carriesSecret(key)) return LITERAL_SECRET;
  const meant = closest(key, allowed);
  return meant === null ? `unknown key; allowed here: ${allowed.join(', ')}` : `unknown key; did you mean ${meant}?`;
}

export function wrongChoice(allowed: string[], value: unknown): string {
  if (typeof value === 'string' && carriesSecret(value)) return LITERAL_SECRET;
  const list = allowed.length === 1 ? `only ${allowed.join('')} is allowed` : `allowed: ${allowed.join(', ')}`;
  const meant = typeof value === 'string' ? closest(value, allowed) : null;
  return meant === null ? `is not one of the choices; ${list}` : `${list}; did you mean ${meant}?`;
}

function wrongType(expected: string, value: unknown, path: Path, kind: keyof typeof SOURCE_KINDS): string {
  if (value === undefined) return missing(path, kind);
  if (value === null) return empty(path, kind);
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `expected text, not ${typeName(value)}; put it in quotes if it is meant`;
  }
  if (expected === 'array') return `expected a list, not ${typeName(value)}; write [ … ] or one line with - for each`;
  const names: Record<string, string> = {
    string: 'text',
    object: 'an object with keys',
    int: 'a whole number',
    number: 'a number',
  };
  return `expected ${names[expected] ?? expected}, not ${typeName(value)}`;
}

function missing(path: Path, kind: keyof typeof SOURCE_KINDS): string {
  const description = schemaAt(path, kind)?.description;
  return description ? `is missing: ${description}` : 'is missing';
}

function empty(path: Path, kind: keyof typeof SOURCE_KINDS): string {
  const optional = schemaAt(path, kind)?.optional ?? false;
  return optional ? 'has no value; give it one or remove the key' : `has no value; ${missing(path, kind)}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  const names: Record<string, string> = {
    string: 'text',
    object: 'an object',
    number: 'a number',
    boolean: 'true or false',
  };
  return names[typeof value] ?? typeof value;
}

/** The raw value at a path; undefined where there is none. */
export function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
