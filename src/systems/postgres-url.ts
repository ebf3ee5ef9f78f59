import type { System } from '../core/failures/types';
import { systemError } from './errors';

export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password: string | null;
  database: string;
}

/** A server as it is compared: names of hosts are the same in any case. */
export const addressOf = ({ host, port }: Pick<Endpoint, 'host' | 'port'>): string => `${host.toLowerCase()}:${port}`;

/** `postgres://user:password@host:port/database` in parts. The error never repeats the URL. */
export function parsePostgresUrl(url: string, system: System): Endpoint & { parameters: URLSearchParams } {
  const bad = (why: string) =>
    systemError('InvalidPipeline', system, `the connection URL ${why}`, {
      hint: 'it looks like postgres://user:password@host:5432/database',
    });
  if (!URL.canParse(url)) throw bad('cannot be read');
  const parsed = new URL(url);
  if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw bad('does not start with postgres://');
  if (parsed.hostname === '') throw bad('names no host');
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw bad('holds a % that does not start an escape');
    }
  };
  const user = decode(parsed.username);
  if (user === '') throw bad('names no user');
  const database = decode(parsed.pathname.slice(1));
  return {
    host: decode(parsed.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    user,
    password: parsed.password === '' ? null : decode(parsed.password),
    database: database === '' ? user : database,
    parameters: parsed.searchParams,
  };
}
