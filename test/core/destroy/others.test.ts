import { othersIn, type Evidence, type MarkFound, type WatchFound } from '../../../src/core/destroy/evidence';
import { keptFor, reachOf, type Others } from '../../../src/core/destroy/others';
import type { Added } from '../../../src/core/destroy/added';

const HERE = { near: 'database', branch: null, database: 'shop' } as const;
const BESIDE = { near: 'server', branch: null, database: 'reports' } as const;
const BRANCH = { near: 'project', branch: 'br-preview', database: 'shop' } as const;
const ORDERS = { schema: 'public', name: 'orders' };

const mark = (change: Partial<MarkFound> = {}): MarkFound => ({
  ...{ pipeline: 'b', place: HERE, publication: 'n2m_b', ours: true, tables: [ORDERS], added: [] },
  ...change,
});
const watch = (change: Partial<WatchFound> = {}): WatchFound => ({
  ...{ pipeline: 'b', place: HERE, role: { name: 'mz', via: 'api' }, neon: true, publication: 'n2m_b' },
  tables: { kind: 'list', tables: [{ ...ORDERS, alias: null }] },
  ...change,
});
const others = (change: Partial<Evidence> = {}): Others =>
  othersIn({ ...{ marks: [], watches: [], readers: [], elsewhere: [], slots: [], sealed: [], unread: [] }, ...change });

const IP: Added = { kind: 'ip', cidr: '203.0.113.0/24' };
const ROLE: Added = { kind: 'role', name: 'mz' };
const SELECT: Added = { kind: 'select', role: 'mz', ...ORDERS };
const USAGE: Added = { kind: 'usage', role: 'mz', schema: 'public' };
const PUT: Added = { kind: 'published', publication: 'theirs', ...ORDERS };
const SLOT: Added = { kind: 'slot', name: 's' };

const kept = (entry: Added, found: Others) => {
  const one = keptFor(entry, found);
  return one && { why: one.why, to: one.to?.record.publication ?? null };
};

describe('what somebody else needs', () => {
  it('is nothing where nobody is', () => {
    for (const entry of [IP, ROLE, SELECT, USAGE, PUT, SLOT]) expect(keptFor(entry, others())).toBeNull();
  });

  it('is what the file of a pipeline says, and goes over into its record', () => {
    const found = others({ marks: [mark()], watches: [watch()] });
    for (const entry of [IP, ROLE, SELECT, USAGE]) {
      expect(kept(entry, found)).toEqual({ why: 'pipeline b needs it', to: 'n2m_b' });
    }
    expect(keptFor(PUT, found)).toBeNull();
    expect(keptFor(SLOT, found)).toBeNull();
    expect(kept(PUT, others({ watches: [watch({ publication: 'theirs' })] }))?.to).toBe('n2m_b.record');
  });

  it('is not another role, another table or another schema', () => {
    const found = others({ marks: [mark()], watches: [watch({ role: { name: 'mz_b', via: 'sql' } })] });
    expect(keptFor(ROLE, found)).toBeNull();
    expect(keptFor(SELECT, found)).toBeNull();
    const same = others({ marks: [mark()], watches: [watch()] });
    expect(keptFor({ ...SELECT, name: 'customers' }, same)).toBeNull();
    expect(keptFor({ ...USAGE, schema: 'sales' }, same)).toBeNull();
    const all = others({ watches: [watch({ tables: { kind: 'schemas', schemas: ['sales'], aliases: [] } })] });
    expect(keptFor({ ...SELECT, schema: 'sales', name: 'x' }, all)).not.toBeNull();
    expect(keptFor(SELECT, all)).toBeNull();
  });

  it('reaches as far as the thing does: grants a database, a role a server, addresses a project', () => {
    const beside = others({ marks: [mark({ place: BESIDE })], watches: [watch({ place: BESIDE })] });
    expect([keptFor(SELECT, beside), keptFor(ROLE, beside), keptFor(IP, beside)].map((one) => one !== null)).toEqual([
      ...[false, true, true],
    ]);
    const branch = others({ watches: [watch({ place: BRANCH })] });
    expect([keptFor(SELECT, branch), keptFor(ROLE, branch), keptFor(IP, branch)].map((one) => one !== null)).toEqual([
      ...[false, false, true],
    ]);
    expect(kept(IP, branch)?.to).toBe('n2m_b.record');
  });

  it('may be anything where only a mark is known: kept, and into its record only what any destroy takes back', () => {
    const found = others({ marks: [mark()] });
    expect(kept(SELECT, found)?.to).toBe('n2m_b');
    for (const entry of [ROLE, IP]) expect(kept(entry, found)).toEqual({ why: 'pipeline b needs it', to: null });
    expect(kept(SELECT, others({ marks: [mark({ ours: false })] }))?.to).toBeNull();
  });

  it('a role goes over to no pipeline that is given it, addresses to none without a list', () => {
    const given = others({
      marks: [mark()],
      watches: [watch({ role: { name: 'mz', via: 'given', password: 'env:N2M_SECRET_X' }, neon: false })],
    });
    expect([kept(ROLE, given)?.to, kept(IP, given)?.to]).toEqual([null, null]);
  });

  it('the record of a pipeline whose file leads elsewhere is not written', () => {
    const found = others({ marks: [mark()], watches: [watch({ place: null })] });
    expect(kept(SELECT, found)).toEqual({ why: 'pipeline b needs it', to: null });
    const untold = others({ marks: [mark()], watches: [watch({ place: 'untold' })] });
    expect(kept(ROLE, untold)?.to).toBe('n2m_b');
    expect(others({ watches: [watch({ place: 'untold' }), watch({ place: null })] }).known).toEqual([]);
  });

  it('sources and connections that people made count, for what they read', () => {
    const reader = { who: 'source x in Materialize', pipeline: null, near: 'database' as const, role: 'mz' };
    const found = others({ readers: [{ ...reader, publication: 'theirs', tables: [ORDERS] }] });
    for (const entry of [IP, ROLE, SELECT, PUT]) {
      expect(kept(entry, found)).toEqual({ why: 'source x in Materialize needs it', to: null });
    }
    const bare = others({ readers: [{ ...reader, publication: '', tables: [] }] });
    expect([ROLE, SELECT, PUT].map((entry) => keptFor(entry, bare) !== null)).toEqual([true, false, false]);
    const slot = others({ slots: ['materialize_x'] });
    expect([IP, ROLE, SELECT].map((entry) => keptFor(entry, slot) !== null)).toEqual([true, false, false]);
  });

  it('could not be told is not nobody', () => {
    const sealed = [{ pipeline: 'b', why: 'no key' }];
    const why = 'could not tell whether anybody else needs it: what pipeline b reads could not be read: no key';
    for (const entry of [IP, ROLE, SELECT, PUT]) expect(kept(entry, others({ sealed }))).toEqual({ why, to: null });
    expect(keptFor(IP, others({ sealed, elsewhere: ['b'] }))).toBeNull();
    const unread = [{ what: 'database x could not be read', near: 'server' as const }];
    expect([IP, ROLE, SELECT].map((entry) => keptFor(entry, others({ unread })) !== null)).toEqual([true, true, false]);
  });

  it('is looked for as far as what may be taken reaches', () => {
    expect(reachOf([], false)).toBeNull();
    expect(reachOf([SLOT], false)).toBe('database');
    expect(reachOf([SELECT, PUT], false)).toBe('database');
    expect(reachOf([SELECT], true)).toBe('server');
    expect(reachOf([ROLE, IP], false)).toBe('project');
  });
});
