import { z } from 'zod';
import { SOURCE_KINDS, fileSchema } from './file-schema';
import type { Path } from './yaml';

/** The schema a path leads to, and what it says about itself; null for paths it does not know. */
export function schemaAt(
  path: Path,
  kind: keyof typeof SOURCE_KINDS,
): { schema: z.ZodType; description: string | null; optional: boolean } | null {
  let schema: z.ZodType = fileSchema;
  let description: string | null = null;
  let optional = false;
  for (const step of ['', ...path]) {
    if (step !== '') {
      const next = child(schema, step, kind);
      if (next === null) return null;
      schema = next;
    }
    description = schema.description ?? null;
    optional = unwrap(schema) !== null;
    for (let inner = unwrap(schema); inner !== null; inner = unwrap(schema)) {
      schema = inner;
      description ??= schema.description ?? null;
    }
  }
  return { schema, description, optional };
}

/** Keys an object takes at this path. */
export function keysAt(path: Path, kind: keyof typeof SOURCE_KINDS): string[] {
  const schema = schemaAt(path, kind)?.schema;
  const object = schema instanceof z.ZodUnion ? objectOf(schema, kind) : schema;
  return object instanceof z.ZodObject ? Object.keys(object.shape).filter((key) => key !== '$schema') : [];
}

function unwrap(schema: z.ZodType): z.ZodType | null {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return schema.unwrap() as z.ZodType;
  }
  return null;
}

function child(schema: z.ZodType, step: string | number, kind: keyof typeof SOURCE_KINDS): z.ZodType | null {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  const object = schema instanceof z.ZodUnion ? objectOf(schema, kind) : schema;
  if (!(object instanceof z.ZodObject)) return null;
  return Object.hasOwn(object.shape, step) ? (object.shape[step] as z.ZodType) : null;
}

function objectOf(union: z.ZodUnion, kind: keyof typeof SOURCE_KINDS): z.ZodType | null {
  if (union instanceof z.ZodDiscriminatedUnion) return SOURCE_KINDS[kind];
  return (union.options as z.ZodType[]).find((option) => option instanceof z.ZodObject) ?? null;
}
