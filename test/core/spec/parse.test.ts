import { writeProblem } from '../../../src/core/spec/parse';
import { NEON, POSTGRES, neonWith, problemsOf, specOf } from './support';

describe('a file that is fine', () => {
  it('is completed with defaults', () => {
    expect(specOf(NEON)).toEqual({
      name: 'shop',
      source: {
        kind: 'neon',
        project: 'shiny-wind-028834',
        branch: null,
        apiKey: 'env:N2M_SECRET_NEON_API_KEY',
        database: 'shop',
        role: { name: 'materialize', via: 'api' },
        tables: { kind: 'list', tables: [{ schema: 'public', name: 'orders', alias: null }] },
        textColumns: [],
        excludeColumns: [],
        tls: { mode: 'verify-full', ca: null },
        publication: 'n2m_shop',
      },
      materialize: {
        url: 'env:N2M_SECRET_MATERIALIZE_URL',
        database: 'materialize',
        schema: 'shop',
        cluster: { name: 'ingest_shop', snapshotSize: '200cc', steadySize: '50cc' },
        syntax: 'auto',
        names: { secret: 'shop_password', connection: 'shop_postgres', source: 'shop_source' },
      },
      snapshot: { pollEvery: 10_000, stuckAfter: 600_000, resizeDeadline: 600_000 },
      watch: {
        every: 60_000,
        retainedWal: { warn: 0.7, critical: 0.85 },
        retainedWalBytes: { warn: 1024 ** 3, critical: 2 * 1024 ** 3 },
        slotIdle: { warn: 30 * 60_000, critical: 24 * 3_600_000 },
        unconfirmed: { warn: 10 * 60_000, critical: 30 * 60_000 },
        notRunning: { warn: 60_000, critical: 300_000 },
        freshness: { warn: 5_000, critical: 60_000 },
        utilization: { warn: 0.8, critical: 0.9 },
        pingUrl: null,
      },
      alerts: [],
    });
  });

  it('takes what it says over the defaults', () => {
    const text = `${neonWith('[public.orders]', '[public.orders, \'sales."Order Items" as items\']')}
snapshot: { pollEvery: 500ms }
watch: { every: 90s, freshness: { warn: 2s }, retainedWalBytes: { critical: 4GiB } }
alerts:
  - { webhook: env:N2M_SECRET_ALERT_URL, signingKey: file:alert-key }
  - slack: env:N2M_SECRET_SLACK_URL
`;
    const spec = specOf(text);
    expect(spec.source.tables).toEqual({
      kind: 'list',
      tables: [
        { schema: 'public', name: 'orders', alias: null },
        { schema: 'sales', name: 'Order Items', alias: 'items' },
      ],
    });
    expect(spec.snapshot.pollEvery).toBe(500);
    expect(spec.watch).toMatchObject({
      every: 90_000,
      freshness: { warn: 2_000, critical: 60_000 },
      retainedWalBytes: { warn: 1024 ** 3, critical: 4 * 1024 ** 3 },
    });
    expect(spec.alerts).toEqual([
      { kind: 'webhook', url: 'env:N2M_SECRET_ALERT_URL', signingKey: 'file:alert-key' },
      { kind: 'slack', url: 'env:N2M_SECRET_SLACK_URL', signingKey: null },
    ]);
  });

  it.each([
    ['report', undefined],
    ['follow', { followUpTo: 1024 ** 3 }],
    ['{ followUpTo: 20GiB }', { followUpTo: 20 * 1024 ** 3 }],
  ])('takes columns: %s', (text, columns) => {
    expect(specOf(neonWith('database: shop', `database: shop\n  columns: ${text}`)).source.columns).toEqual(columns);
  });

  it('reads kind postgres with a role of its own making', () => {
    expect(specOf(`${POSTGRES}`).source).toMatchObject({ kind: 'postgres', role: { via: 'sql' }, reachableAt: null });
    const given = POSTGRES.replace(
      'database: shop',
      'database: shop\n  role: { name: mz, password: env:N2M_SECRET_ROLE_PASSWORD }',
    );
    expect(specOf(given).source.role).toEqual({ name: 'mz', via: 'given', password: 'env:N2M_SECRET_ROLE_PASSWORD' });
    const reachable = POSTGRES.replace('database: shop', 'database: shop\n  reachableAt: { host: db.internal }');
    expect(specOf(reachable).source).toMatchObject({ reachableAt: { host: 'db.internal', port: 5432 } });
  });

  it.each([
    ['schemas: [public, sales]', { kind: 'schemas', schemas: ['public', 'sales'], aliases: [] }],
    ['all: true', { kind: 'all', aliases: [] }],
    [
      'schemas: [a, b]\n  aliases: [b.orders as b_orders]',
      { kind: 'schemas', schemas: ['a', 'b'], aliases: [{ schema: 'b', name: 'orders', alias: 'b_orders' }] },
    ],
    [
      `schemas: [public, tenant_*, '"a*b"']\n  exclude: [public.audit_*, _prisma_migrations]`,
      {
        ...{ kind: 'schemas', schemas: ['public', 'a*b'], globs: ['tenant_*'], aliases: [] },
        exclude: ['public.audit_*', '_prisma_migrations'],
      },
    ],
    [
      `all: true\n  targetName: "{schema}_{table}"\n  exclude: ['*_log']`,
      { kind: 'all', aliases: [], exclude: ['*_log'], targetName: '{schema}_{table}' },
    ],
    [
      `tables: [a.orders, b.orders as mine, c."Order Items"]\n  targetName: "{schema}_{table}"`,
      {
        kind: 'list',
        tables: [
          { schema: 'a', name: 'orders', alias: 'a_orders' },
          { schema: 'b', name: 'orders', alias: 'mine' },
          { schema: 'c', name: 'Order Items', alias: 'c_Order Items' },
        ],
      },
    ],
    [
      'tables: [a.orders]\n  targetName: "{table}"',
      { kind: 'list', tables: [{ schema: 'a', name: 'orders', alias: null }] },
    ],
  ])('selects tables by %s', (text, expected) => {
    expect(specOf(neonWith('tables: [public.orders]', text)).source.tables).toEqual(expected);
  });

  it('may be JSON', () => {
    const json = JSON.stringify({
      $schema: './pipeline.schema.json',
      name: 'shop',
      source: { kind: 'neon', project: 'p', apiKey: 'env:N2M_SECRET_K', database: 'd', all: true },
      materialize: { url: 'env:N2M_SECRET_U', cluster: { snapshotSize: 'a', steadySize: 'b' } },
    });
    expect(specOf(json).name).toBe('shop');
  });

  it('gives names without dashes to what people type in SQL', () => {
    expect(specOf(neonWith('name: shop', 'name: web-shop'))).toMatchObject({
      source: { publication: 'n2m_web_shop' },
      materialize: { schema: 'web_shop', cluster: { name: 'ingest_web_shop' }, names: { source: 'web_shop_source' } },
    });
  });
});

describe('a file that is wrong', () => {
  it('is told everything at once, in the order of the file, with line and column', () => {
    const problems = problemsOf(`nmae: shop
source:
  kind: noen
  project: p
  apiKey: env:N2M_SECRET_K
  database: 5
  tables: [orders, public.a, b.a]
materialize:
  url: env:N2M_SECRET_U
  cluster: { name: mz_x, snapshotSize: 25cc }
watch: { every: 1x, retainedWal: { warn: 90%, critical: 80% } }
`);
    expect(problems.map(({ path, line, column }) => `${line}:${column} ${path}`)).toEqual([
      '1:1 name',
      '1:1 nmae',
      '3:3 source.kind',
      '6:3 source.database',
      '7:12 source.tables[0]',
      '7:30 source.tables[2]',
      '10:3 materialize.cluster.steadySize',
      '10:14 materialize.cluster.name',
      '11:10 watch.every',
      '11:21 watch.retainedWal',
    ]);
    const messages = Object.fromEntries(problems.map(({ path, message }) => [path, message]));
    expect(messages).toMatchObject({
      nmae: 'unknown key; did you mean name?',
      'source.kind': 'allowed: neon, postgres; did you mean neon?',
      'source.database': expect.stringContaining('put it in quotes') as string,
      'source.tables[0]': expect.stringContaining('public.orders') as string,
      'source.tables[2]': 'public.a is called a in Materialize, too: write b.a as b_a',
      'materialize.cluster.steadySize': expect.stringContaining('is missing') as string,
      'materialize.cluster.name': expect.stringContaining('reserved') as string,
      'watch.every': expect.stringContaining('90s or 24h') as string,
    });
  });

  it('is shown as file, line, column, path and message', () => {
    const problem = { path: 'source.tables[2]', line: 7, column: 30, message: 'is listed twice; keep one' };
    expect(writeProblem(problem, 'pipeline.yaml')).toBe(
      'pipeline.yaml:7:30 source.tables[2]: is listed twice; keep one',
    );
    expect(writeProblem({ ...problem, path: '' }, 'p.yaml')).toBe('p.yaml:7:30: is listed twice; keep one');
  });

  /** One line of the good file replaced; where the one problem is and what it says. */
  it.each<[string, string, string, RegExp]>([
    ['name: shop', 'name: Shop', 'name', /lower-case/],
    ['name: shop', `name: ${'a'.repeat(41)}`, 'name', /41 characters.*at most 40/],
    ['name: shop', 'name: 7', 'name', /expected text, not a number/],
    ['database: shop', `database: ${'d'.repeat(64)}`, 'source.database', /64 bytes long; Postgres takes 63/],
    ['database: shop', `database: ${'ü'.repeat(32)}`, 'source.database', /64 bytes long/],
    ['database: shop', 'database: shop\n  role: neon_superuser', 'source.role', /reserved role/],
    ['database: shop', 'database: shop\n  role: pg_monitor', 'source.role', /reserved role/],
    ['database: shop', 'database: shop\n  role: [a]', 'source.role', /expected text or an object, not a list/],
    ['database: shop', 'database: shop\n  role: { name: a, via: given }', 'source.role', /needs password/],
    ['database: shop', 'database: shop\n  role: { name: a, vai: sql }', 'source.role.vai', /did you mean via/],
    ['database: shop', `database: shop\n  publication: ${'p'.repeat(64)}`, 'source.publication', /Postgres takes 63/],
    ['database: shop', 'database: shop\n  columns: fallow', 'source.columns', /report, follow; did you mean follow/],
    ['database: shop', 'database: shop\n  columns: { followUpTo: 5 }', 'source.columns.followUpTo', /expected text/],
    ['database: shop', 'database: shop\n  tls: { mode: prefer }', 'source.tls.mode', /verify-full, verify-ca, require/],
    ['database: shop', 'database: shop\n  tls: { ca: nonsense }', 'source.tls.ca', /no PEM certificate/],
    ['database: shop', 'database: shop\n  tls:', 'source.tls', /has no value; give it one or remove the key/],
    ['database: shop', 'database:', 'source.database', /has no value/],
    ['tables: [public.orders]', 'tables: public.orders', 'source.tables', /expected a list, not text/],
    ['tables: [public.orders]', 'tables: []', 'source.tables', /empty list/],
    ['tables: [public.orders]', 'branch: main', 'source', /which tables/],
    ['tables: [public.orders]', 'all: false', 'source.all', /only true is allowed/],
    ['[public.orders]', '[public.orders]\n  all: true', 'source.all', /keep one of tables, schemas, all/],
    ['[public.orders]', '[public.orders]\n  exclude: [a]', 'source.exclude', /goes with schemas or all/],
    ['tables: [public.orders]', 'schemas: [Tenant_*]', 'source.schemas[0]', /write "Tenant_" in double quotes/],
    ['tables: [public.orders]', 'schemas: [a.*]', 'source.schemas[0]', /expected one name/],
    ['tables: [public.orders]', `schemas: [${'a'.repeat(64)}]`, 'source.schemas[0]', /63 bytes/],
    ['tables: [public.orders]', 'schemas: [*_old]', '', /a pattern that begins with \* goes in quotes/],
    ['tables: [public.orders]', 'all: true\n  exclude: [a b]', 'source.exclude[0]', /double quotes/],
    ['tables: [public.orders]', `all: true\n  exclude: [a.${'b'.repeat(64)}]`, 'source.exclude[0]', /63 bytes/],
    ['[public.orders]', '[public.orders]\n  targetName: x', 'source.targetName', /has no \{table\}/],
    ['[public.orders]', '[public.orders as o_n2m_new]', 'source.tables[0]', /^o_n2m_new ends as n2m calls copies/],
    ['[public.orders]', '[public.orders]\n  targetName: "{table}{db}"', 'source.targetName', /no other braces/],
    [
      'tables: [public.orders]',
      `all: true\n  targetName: "{table}${'x'.repeat(255)}"`,
      'source.targetName',
      /262 bytes/,
    ],
    [
      '[public.orders]',
      `[public.customers]\n  targetName: "{table}${'x'.repeat(248)}"`,
      'source.tables[0]',
      /an alias/,
    ],
    [
      '[public.orders]',
      '[a.x, b.x, c.x, d.x]',
      'source.tables',
      /^3 tables would be called what another is \(b\.x, c\.x, d\.x, …\): write source\.targetName: "\{schema\}_\{table\}"$/,
    ],
    ['[public.orders]', '[a_b.c, a.b_c]\n  targetName: "{schema}_{table}"', 'source.tables[1]', /is called a_b_c/],
    ['[public.orders]', '[public.Orders]', 'source.tables[0]', /write "Orders" in double quotes, or orders/],
    ['[public.orders]', '[public.order items]', 'source.tables[0]', /double quotes/],
    ['[public.orders]', '[db.public.orders]', 'source.tables[0]', /source\.database/],
    ['[public.orders]', "['public.\"orders']", 'source.tables[0]', /not closed/],
    ['[public.orders]', '[public.orders, public.orders]', 'source.tables[1]', /listed twice/],
    ['[public.orders]', '[public.shop_source]', 'source.tables[0]', /the source is called shop_source/],
    ['[public.orders]', '[public.shop_password]', 'source.tables[0]', /the secret is called/],
    ['[public.orders]', '[public.shop_source_progress]', 'source.tables[0]', /progress/],
    ['[public.orders]', '[public.orders as a.b]', 'source.tables[0]', /alias/],
    ['[public.orders]', `[public.orders as ${'a'.repeat(256)}]`, 'source.tables[0]', /255 bytes/],
    [
      '[public.orders]',
      '[public.orders]\n  textColumns: [public.order.note]',
      'source.textColumns[0]',
      /did you mean public.orders/,
    ],
    [
      '[public.orders]',
      '[public.orders]\n  textColumns: [orders.note]',
      'source.textColumns[0]',
      /schema\.table\.column/,
    ],
    [
      '[public.orders]',
      '[public.orders]\n  aliases: [public.orders as o]',
      'source.aliases',
      /goes with schemas or all/,
    ],
    ['tables: [public.orders]', 'all: true\n  aliases: [public.orders]', 'source.aliases[0]', /names no alias/],
    ['{ snapshotSize', '{ name: pg_x, snapshotSize', 'materialize.cluster.name', /reserved/],
    ['cluster:', 'schema: mz_internal\n  cluster:', 'materialize.schema', /reserved/],
    ['cluster:', 'names: { secret: x, source: x }\n  cluster:', 'materialize.names.source', /the secret is called x/],
    ['cluster:', `names: { source: ${'s'.repeat(250)} }\n  cluster:`, 'materialize.names.source', /_progress/],
  ])('%s → %s', (line, replacement, path, message) => {
    const problems = problemsOf(neonWith(line, replacement));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toMatch(message);
  });

  it.each<[string, string, RegExp]>([
    ['watch: { every: 1500ms }', 'watch.every', /whole seconds/],
    ['watch: { every: 500ms }', 'watch.every', /at least 1s/],
    ['watch: { retainedWal: { warn: 0.7 } }', 'watch.retainedWal.warn', /put it in quotes/],
    ['watch: { retainedWal: { warn: "0.7" } }', 'watch.retainedWal.warn', /write for example 70%/],
    ['watch: { retainedWal: { warn: 120% } }', 'watch.retainedWal.warn', /up to 100/],
    ['watch: { retainedWalBytes: { warn: 1G } }', 'watch.retainedWalBytes.warn', /1GiB/],
    ['watch: { freshness: { warn: 2m, critical: 1m } }', 'watch.freshness', /warn must be the smaller/],
    ['alerts: [{}]', 'alerts[0]', /names no sink/],
    ['alerts: [{ webhook: env:A, slack: env:B }]', 'alerts[0]', /one entry for each/],
    ['alerts: [{ slack: env:B, signingKey: env:C }]', 'alerts[0].signingKey', /Slack takes no signature/],
    ['alerts: { webhook: env:A }', 'alerts', /expected a list, not an object/],
  ])('%s', (text, path, message) => {
    const problems = problemsOf(`${NEON}${text}\n`);
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.find((problem) => problem.path === path)?.message).toMatch(message);
  });

  it('compares thresholds with the defaults of their other half', () => {
    expect(problemsOf(`${NEON}watch: { freshness: { warn: 2m } }\n`)[0]).toMatchObject({ path: 'watch.freshness' });
    expect(problemsOf(`${NEON}watch: { retainedWal: { critical: 50% } }\n`)[0]).toMatchObject({
      path: 'watch.retainedWal',
    });
  });

  it('asks kind postgres for an authority, or to go without', () => {
    const problems = problemsOf(POSTGRES.replace('  tls: { mode: require }\n', ''));
    expect(problems).toMatchObject([
      { path: 'source.tls', message: expect.stringContaining('mode: require') as string },
    ]);
  });

  it('refuses api for kind postgres and keys of the other kind', () => {
    const text = POSTGRES.replace('database: shop', 'database: shop\n  role: { name: a, via: api }\n  project: p');
    expect(problemsOf(text).map(({ path }) => path)).toEqual(['source.role.via', 'source.project']);
  });

  it('takes the primary of a standby for kind postgres, and says why Neon has none', () => {
    const primary = 'database: shop\n  primary: env:N2M_SECRET_PRIMARY_URL';
    expect(specOf(POSTGRES.replace('database: shop', primary)).source).toMatchObject({
      ...{ kind: 'postgres', primary: 'env:N2M_SECRET_PRIMARY_URL' },
    });
    expect(specOf(POSTGRES).source).not.toHaveProperty('primary');
    expect(problemsOf(neonWith('database: shop', primary))).toMatchObject([
      {
        path: 'source.primary',
        message: expect.stringMatching(/^goes with kind postgres only: a read replica of Neon/) as string,
      },
    ]);
    const literal = POSTGRES.replace('database: shop', 'database: shop\n  primary: postgres://a:b@c/d');
    expect(problemsOf(literal)).toMatchObject([{ path: 'source.primary' }]);
  });

  it('does not take __proto__ for a key', () => {
    expect(problemsOf(`${NEON}__proto__: { name: x }\n`)).toMatchObject([{ path: '__proto__' }]);
  });
});
