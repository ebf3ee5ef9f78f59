/** Policies upstream that hide rows from the role: what is copied from then on lacks them. */
import { alterRoleBypassRls } from '../../objects/role/statements';
import { tableName } from '../../objects/tables/select';
import { listed } from '../../plan/context';
import { always } from '../condition';
import type { WatchRule } from './rule';

export const rowSecurityRules: WatchRule[] = [
  {
    id: 'rows-hidden',
    verdict: 'broken',
    needs: 'source',
    during: ['copying'],
    explanation: [
      'Row level security was switched on for a replicated table, and its policies hold for the replication role. What streams is whole; the next copy of the table would lack the rows that they hide, or Materialize refuses it (“requires BYPASSRLS”), the whole source at its next restart with it.',
      'SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relrowsecurity; SELECT rolname, rolbypassrls FROM pg_roles;',
      'n2m apply FILE gives a role that n2m made BYPASSRLS, where its login may; else ALTER ROLE … BYPASSRLS; by somebody who has it.',
    ],
    look: ({ source, spec }) => {
      const tables = (source?.tables ?? []).filter(({ rowSecurity }) => rowSecurity === true);
      if (tables.length === 0) return [];
      const { name, via } = spec.source.role;
      const give = `${alterRoleBypassRls(name)};`;
      return [
        {
          table: null,
          severity: always('warn'),
          cause: () =>
            `policies hide rows of ${listed(tables.map(tableName))} from ${name}: the next copy would lack them, and a restart of the source may be refused`,
          next: via === 'sql' ? `n2m apply; or, where its login may not: ${give}` : give,
        },
      ];
    },
  },
];
