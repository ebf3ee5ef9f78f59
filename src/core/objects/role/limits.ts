import type { RoleFacts, SessionLimit } from './facts';
import { isManaged, type PlanContext } from '../../plan/context';

/** What pg_db_role_setting and pg_settings say of a role's sessions in one database. */
export interface SettingsFound {
  defaults: { role: boolean; database: boolean; config: string[] }[];
  /** What the reading session itself began with, in milliseconds. A server that lacks a setting has none. */
  ours: Partial<Record<SessionLimit['setting'], number>>;
  /** What was set for the reading session's own login. */
  hidden: string[];
}

/** The first one that says anything wins, as when Postgres begins a session. */
const LEVELS = [
  { role: true, database: true },
  { role: true, database: false },
  { role: false, database: true },
  { role: false, database: false },
];

/** In the order in which they end something of a copy. */
export const SETTINGS = [
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
  'statement_timeout',
] as const satisfies SessionLimit['setting'][];

const UNITS: Record<string, number> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `5min`, `1.5 h` or, without a unit, milliseconds: as it was typed. Null: nothing that Postgres takes. */
function milliseconds(text: string): number | null {
  const [, number, unit = 'ms'] = /^\s*([0-9][0-9.eE+]*)\s*(us|ms|s|min|h|d)?\s*$/.exec(text) ?? [];
  const value = Number(number) * (UNITS[unit] ?? NaN);
  return Number.isFinite(value) ? Math.round(value) : null;
}

/** The limits that sessions of the role begin with; none where there is none, or nobody can tell. */
export function sessionLimits({ defaults, ours, hidden }: SettingsFound): SessionLimit[] {
  return SETTINGS.flatMap((setting): SessionLimit[] => {
    for (const level of LEVELS) {
      const entry = defaults
        .filter(({ role, database }) => role === level.role && database === level.database)
        .flatMap(({ config }) => config)
        .find((text) => text.startsWith(`${setting}=`));
      if (entry === undefined) continue;
      const ms = milliseconds(entry.slice(setting.length + 1)) ?? 0;
      return ms > 0 ? [{ setting, ms, inDatabase: level.role && level.database }] : [];
    }
    const ms = hidden.includes(setting) ? 0 : (ours[setting] ?? 0);
    return ms > 0 ? [{ setting, ms, inDatabase: false }] : [];
  });
}

export const limitOf = (role: RoleFacts, setting: SessionLimit['setting']): SessionLimit | null =>
  role.limits.find((limit) => limit.setting === setting) ?? null;

/** A run lifts it by itself from a role that it may change. */
export const isLifted = (context: PlanContext, role: RoleFacts): boolean =>
  context.spec.source.role.via !== 'given' && isManaged(context, role.comment);

/** The role's own setting, which wins over the server's. */
export const neverIdlesOut = (config: string[]): boolean =>
  config.some((entry) => /^idle_in_transaction_session_timeout=0(ms|s|min)?$/.test(entry));
