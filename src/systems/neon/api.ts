import createClient from 'openapi-fetch';
import { httpFailure } from '../errors';
import type { components, paths } from './api.generated';
import { createTransport } from './transport';
import type { NeonOperation, NeonOptions } from './types';

export type Schemas = components['schemas'];

/** Answers of openapi-fetch: data of a 2xx, else the error's body, which GeneralError describes. */
export interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export type Api = ReturnType<typeof createApi>;

export function createApi(options: NeonOptions) {
  return createClient<paths>({
    baseUrl: options.baseUrl.replace(/\/$/, ''),
    headers: { Authorization: `Bearer ${options.apiKey}` },
    fetch: createTransport(options),
  });
}

const messageOf = (body: unknown): string => {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : body;
  return typeof message === 'string' ? message : '';
};

/** The answer's data, or the failure named by what was asked for. */
export async function ask<T>(what: string, call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok && data !== undefined) return data;
  throw httpFailure({ status: response.status, message: messageOf(error), what }, 'neon');
}

export const inProject = (project: string) => ({ path: { project_id: project } });
export const inBranch = (project: string, branch: string) => ({ path: { project_id: project, branch_id: branch } });
export const ofRole = (project: string, branch: string, role: string) => ({
  path: { project_id: project, branch_id: branch, role_name: role },
});

export const operation = ({ id, action, status }: Schemas['Operation']): NeonOperation => ({ id, action, status });
