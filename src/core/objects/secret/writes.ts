import type { PlanContext } from '../../plan/context';

/**
 * The secret has to be written: there is none, or nothing has proved its value, which cannot be read back. A connection
 * proves it when it is made; another role, or one made anew, or the same one on another server, has another password.
 */
export function writesSecret({ spec, source, target, elsewhere }: PlanContext): boolean {
  const { name } = spec.source.role;
  if (target.secret === null || target.connection === null || elsewhere) return true;
  const roleExists = source.role !== null || (source.neon?.roleNames.includes(name) ?? false);
  return !roleExists || target.connection.user !== name;
}
