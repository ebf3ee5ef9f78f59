import * as f from '../fixtures';
import { after, blocking, keys, step } from './asked';

describe('a changed file', () => {
  describe('with other columns of a copied table', () => {
    const view = { id: 'u9', name: 'materialize.shop.v', type: 'view' };
    const other = { id: 'u8', name: 'materialize.shop.w', type: 'materialized-view' };
    const column = { schema: 'public', table: 'orders', column: 'id' };
    const source = {
      ...f.builtTarget().source!,
      children: [f.child('orders', { dependents: [view] }), f.child('customers', { dependents: [other] })],
      dependents: [view, other],
    };

    test('drops and copies that table alone, names what is built on it, and asks for both', () => {
      const plan = after({ spec: f.withSource({ excludeColumns: [column] }), target: { source } });
      expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ id, action }) => `${id} ${action}`)).toEqual([
        ...['keep-definitions change', 'drop-to-recopy drop', 'source change', 'recreate-dependents create'],
        ...['running change', 'snapshot change'],
      ]);
      const drop = step(plan, 'drop-to-recopy');
      expect(drop.sentence).toBe(
        'drop public.orders alone, to copy it again: about 1,000 rows, 8.0 KiB, roughly 30 s at 200cc, made again afterwards: view materialize.shop.v',
      );
      expect(drop.changes).toEqual(['public.orders: id: joins excludeColumns']);
      expect(keys(plan)).toEqual(['rebuild-dependents', 'copy-again:public.orders']);
      expect(plan.rebuild).toMatchObject({ damage: { recreate: [], dead: [{ id: 'u-orders' }] }, dependents: [view] });
      expect(plan.tables.filter(({ fresh }) => fresh).map(({ name }) => name)).toEqual(['orders']);
      expect(blocking(plan)).toEqual([]);
    });

    test('sees a column that leaves, and none that only the statement of the source still names', () => {
      const [orders, customers] = source.children;
      const taken = { ...source, excludeColumns: ['public.orders.id'] };
      expect(after({ target: { source: taken } }).rebuild).toBeNull();
      const there = { ...taken, children: [{ ...orders!, excludeColumns: ['id'] }, customers!] };
      const plan = after({ target: { source: there } });
      expect(step(plan, 'drop-to-recopy').changes).toEqual(['public.orders: id: leaves excludeColumns']);
      expect(after({ spec: f.withSource({ excludeColumns: [column] }), target: { source: there } }).changes).toBe(0);
      const dropped = { ...there, children: [{ ...orders!, excludeColumns: ['gone upstream'] }, customers!] };
      expect(after({ target: { source: dropped } }).changes).toBe(0);
    });

    test('drops nothing of a source it adopted', () => {
      const adopted = { ...source, comment: null };
      const plan = after({ spec: f.withSource({ excludeColumns: [column] }), target: { source: adopted } });
      expect(plan.rebuild).toBeNull();
      expect(blocking(plan)).toEqual(['text-columns-changed']);
    });
  });

  describe('that leads to another server or branch', () => {
    const elsewhere = { host: 'ep-other.us-east-2.aws.neon.tech', neon: f.preparedSource().neon };
    const plan = after({ source: { ...elsewhere, slots: ['materialize_of_another'] } });

    test('makes the source again where its slot is not, dropping it before the secret and the connection change', () => {
      expect(plan.steps.flatMap(({ id, action }) => (action === 'keep' ? [] : [`${id} ${action}`]))).toEqual([
        ...['keep-definitions change', 'drop-source drop'],
        ...['cluster change', 'secret change', 'connection change', 'source create', 'recreate-dependents create'],
        ...['running change', 'snapshot change', 'right-size change'],
      ]);
      expect(step(plan, 'drop-source').sentence).toContain(
        'upstream: ep-cool-darkness-123456.us-east-2.aws.neon.tech:5432/shop → ep-other.us-east-2.aws.neon.tech:5432/shop, ' +
          'where its slot materialize_0123456789abcdef0123456789abcdef is not; copies 2 tables again: about 2,000 rows',
      );
      expect(keys(plan)).toEqual(['recreate-source']);
      expect(plan.tables.every(({ fresh }) => fresh)).toBe(true);
      expect(plan.findings.map(({ code, severity }) => `${severity} ${code}`)).toContain('warning upstream-moved');
      expect(blocking(plan)).toEqual([]);
    });

    test('alters the connection alone where the slot is: another name of the same server', () => {
      const same = after({ source: elsewhere });
      expect(same.steps.filter(({ action }) => action !== 'keep').map(({ id }) => id)).toEqual([
        'connection',
        'running',
      ]);
      expect(keys(same)).toEqual([]);
    });

    test('another database of the same server has slots of its own', () => {
      const { connection } = f.builtTarget();
      const other = after({ source: { slots: [] }, target: { connection: { ...connection!, database: 'former' } } });
      expect(step(other, 'drop-source').sentence).toContain('5432/former → ');
    });

    test('stores the password again when a run died after it dropped the source', () => {
      const died = after({ source: { ...elsewhere, slots: [] }, target: { source: null } });
      expect([step(died, 'secret').action, step(died, 'connection').action]).toEqual(['change', 'change']);
      expect(keys(died)).toEqual([]);
    });

    test('is refused when Materialize does not name the slot, and when the source is not ours', () => {
      const { source } = f.builtTarget();
      expect(blocking(after({ source: elsewhere, target: { source: { ...source!, slot: null } } }))).toEqual([
        'upstream-moved',
      ]);
      const adopted = after({ source: { ...elsewhere, slots: [] }, target: { source: { ...source!, comment: null } } });
      expect(step(adopted, 'source').action).toBe('conflict');
    });
  });
});
