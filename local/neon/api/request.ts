import { badRequest } from './errors';
import type { ProjectState } from './state';

/** One call as a route sees it. */
export interface Call {
  state: ProjectState;
  /** Decoded path parameters by name. */
  path: Record<string, string>;
  query: URLSearchParams;
  /** The JSON body; undefined when there is none. */
  body: unknown;
}

export interface Reply {
  status: number;
  /** Absent with 204. */
  body?: unknown;
}

export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As in the specification, e.g. `/projects/{project_id}`. */
  path: string;
  handle: (call: Call) => Reply | Promise<Reply>;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });

/** A path parameter the route's pattern promises. */
export function param(call: Call, name: string): string {
  const value = call.path[name];
  if (value === undefined) throw new Error(`the route has no {${name}}`);
  return value;
}

export function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest(`${name} must be an object`);
  return value as Record<string, unknown>;
}

export function boolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw badRequest(`${name} must be a boolean`);
  return value;
}

/** `limit` of a list call. */
export function limit(query: URLSearchParams, most: number, otherwise: number): number {
  const text = query.get('limit');
  if (text === null) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) throw badRequest(`limit must be between 1 and ${most}`);
  return value;
}

/** A query parameter that takes a few words only. */
export function choice<T extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly [T, ...T[]],
  otherwise: T,
): T {
  const text = query.get(name);
  if (text === null) return otherwise;
  const found = words.find((word) => word === text);
  if (found === undefined) throw badRequest(`${name} must be one of ${words.join(', ')}`);
  return found;
}
