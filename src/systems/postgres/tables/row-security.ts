/** Row level security of table `c` applies to role `$3`, which is neither its owner nor past it. */
export const HIDES_ROWS = `(c.relrowsecurity AND NOT coalesce(
           (SELECT r.rolsuper OR r.rolbypassrls OR
                   (pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity)
            FROM pg_catalog.pg_roles r WHERE r.rolname = $3), false))`;
