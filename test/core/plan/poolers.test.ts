import { poolerByAnswer, poolerByName } from '../../../src/core/objects/connection/poolers';

test.each([
  ['ep-x-pooler.c-2.us-east-2.aws.neon.tech', 5432, "Neon's PgBouncer", 'ep-x.c-2.us-east-2.aws.neon.tech'],
  ['aws-0-eu-central-1.pooler.supabase.com', 6543, "Supabase's Supavisor", 'db.<project>.supabase.co:5432'],
  ['aws-1-us-east-1.pooler.supabase.com', 5432, "Supabase's Supavisor", 'db.<project>.supabase.co:5432'],
  ['shop.proxy-c1abcdefghij.eu-west-1.rds.amazonaws.com', 5432, 'RDS Proxy', 'endpoint of the instance'],
  ['ro.endpoint.proxy-c1abcdefghij.eu-west-1.rds.amazonaws.com', 5432, 'RDS Proxy', 'endpoint of the instance'],
  ['shop.postgres.database.azure.com', 6432, "Azure's PgBouncer", 'shop.postgres.database.azure.com:5432'],
])('%s:%i is a pooler by its name', (host, port, product, direct) => {
  expect(poolerByName(host, port)).toMatchObject({ address: `${host}:${port}`, product });
  expect(poolerByName(host, port)?.direct).toContain(direct);
});

test.each([
  ['ep-x.c-2.us-east-2.aws.neon.tech', 5432],
  ['db.abcdefghijklmnop.supabase.co', 5432],
  ['shop.c1abcdefghij.eu-west-1.rds.amazonaws.com', 5432],
  ['shop.cluster-c1abcdefghij.eu-west-1.rds.amazonaws.com', 5432],
  ['shop.postgres.database.azure.com', 5432],
  ['pgbouncer.internal', 6432],
])('%s:%i is nobody that its name gives away', (host, port) => {
  expect(poolerByName(host, port)).toBeNull();
});

test.each([
  ['unsupported startup parameter: options', 'PgBouncer'],
  ['unsupported startup parameter in options: extra_float_digits', 'PgBouncer'],
  ['Feature not supported: RDS Proxy currently doesn’t support command-line options.', 'RDS Proxy'],
  ['password authentication failed for user "owner"', undefined],
  ['sorry, too many clients already', undefined],
])('%s', (refusal, product) => {
  expect(poolerByAnswer('h:1', { refusal })?.product).toBe(product);
});
