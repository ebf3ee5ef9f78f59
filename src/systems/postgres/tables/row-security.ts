/** Row level security of table `c` applies to the role of that name (an SQL expression), which is neither its owner nor past it. */
export const hidesRows = (role: string): string => `(c.relrowsecurity AND NOT coalesce(
           (SELECT r.rolsuper OR r.rolbypassrls OR
                   (pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity)
            FROM pg_catalog.pg_roles r WHERE r.rolname = ${role}), false))`;
