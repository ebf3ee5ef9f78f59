import fc from 'fast-check';
import { parseTable, writeIdentifier, writeTable } from '../../../src/core/spec/identifiers';

describe('table names', () => {
  it('are read back as they are written, whatever they contain', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
    fc.assert(
      fc.property(name, name, fc.option(name), (schema, table, alias) => {
        const text = writeTable({ schema, name: table }) + (alias === null ? '' : ` as ${writeIdentifier(alias)}`);
        expect(parseTable(text)).toEqual({ ok: true, value: { schema, name: table, alias } });
      }),
    );
  });

  it('keep an as inside quotes', () => {
    expect(parseTable('public."a as b"')).toEqual({
      ok: true,
      value: { schema: 'public', name: 'a as b', alias: null },
    });
    expect(parseTable('public."a as b" AS c')).toMatchObject({ ok: true, value: { alias: 'c' } });
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof parseTable(text).ok === 'boolean'));
  });
});
