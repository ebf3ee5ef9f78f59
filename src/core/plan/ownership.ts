import type { OwnerMark } from './facts';

/** Whose an object is by its comment. `nobody`: made by hand or by another tool. */
export type Owner = { kind: 'us' } | { kind: 'pipeline'; name: string } | { kind: 'nobody' };

/** Reads the mark n2m writes as a comment; null for every other comment. */
export function readMark(comment: string | null): OwnerMark | null {
  if (comment === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(comment);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { managedBy, pipeline, added } = value as Record<string, unknown>;
  if (managedBy !== 'n2m' || typeof pipeline !== 'string') return null;
  const mark: OwnerMark = { managedBy, pipeline };
  if (Array.isArray(added)) mark.added = added.filter((entry) => typeof entry === 'string');
  return mark;
}

/** The text of the comment; keys in a fixed order so that equal marks are equal texts. */
export function writeMark(pipeline: string, added: string[] = []): string {
  const mark: OwnerMark = { managedBy: 'n2m', pipeline };
  return JSON.stringify(added.length > 0 ? { ...mark, added } : mark);
}

export function ownerOf(comment: string | null, pipeline: string): Owner {
  const mark = readMark(comment);
  if (mark === null) return { kind: 'nobody' };
  return mark.pipeline === pipeline ? { kind: 'us' } : { kind: 'pipeline', name: mark.pipeline };
}

export const isOurs = (comment: string | null, pipeline: string): boolean => ownerOf(comment, pipeline).kind === 'us';
