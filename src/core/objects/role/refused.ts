/** What Postgres says where the password is another, as Materialize passes it on. */
export const PASSWORD_REFUSED = /password authentication failed/;
