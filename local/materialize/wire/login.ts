import { randomBytes } from 'node:crypto';
import { MzError } from '../contract';
import { BodyReader } from './frames';
import type { Channel } from './channel';
import * as message from './messages';
import { readOptions, type Startup } from './startup';

export type SessionStartup = Extract<Startup, { kind: 'session' }>;

/** What a client asked for when it connected. */
export interface Login {
  user: string;
  database: string;
  applicationName: string;
  /** Settings given at the start, `options=-c name=value` among them, in order. */
  settings: [string, string][];
}

const RESERVED = new Set(['user', 'database', 'options', 'replication']);

/** Asks for the password where passwords are set, and reads the startup parameters. Throws 28P01. */
export async function login(
  channel: Channel,
  startup: SessionStartup,
  passwords: Record<string, string> | undefined,
): Promise<Login> {
  const { parameters, minor } = startup;
  const unknown = Object.keys(parameters).filter((name) => name.startsWith('_pq_.'));
  if (minor > 0 || unknown.length > 0) channel.write(message.negotiateProtocolVersion(unknown));
  const user = parameters.user ?? '';
  if (passwords !== undefined) {
    channel.write(message.authenticationCleartext());
    channel.flush();
    const answer = await channel.next();
    const given = answer?.type === 'p' ? new BodyReader(answer.body).cstring() : undefined;
    if (given === undefined || given !== passwords[user]) throw new MzError('28P01', 'invalid password');
  }
  const settings = Object.entries(parameters).filter(([name]) => !RESERVED.has(name) && !name.startsWith('_pq_.'));
  return {
    user,
    database: parameters.database ?? 'materialize',
    applicationName: parameters.application_name ?? '',
    settings: [...settings, ...readOptions(parameters.options)],
  };
}

/** A secret number for cancel requests. */
export const newKey = (): number => randomBytes(4).readInt32BE(0);
