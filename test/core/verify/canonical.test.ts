import fc from 'fast-check';
import { ingestOf } from '../../../src/core/ingestible-types';
import { canonical } from '../../../src/core/verify/canonical';
import { byServer, type Form, formOf, type Kind } from '../../../src/core/verify/forms';
import { canonicalJson } from '../../../src/core/verify/json';
import { canonicalNumber } from '../../../src/core/verify/number';

const scalar = (kind: Kind): Form => ({ kind, of: 'scalar', array: false });
const array = (kind: Kind): Form => ({ kind, of: 'scalar', array: true });
const range = (kind: Kind): Form => ({ kind, of: 'range', array: false });

describe('one text for one value', () => {
  // What Postgres prints, what Materialize prints.
  it.each<[Form, string, string]>([
    [scalar('bool'), 't', 'true'],
    [scalar('char'), 'ab   ', 'ab'],
    [scalar('bytea'), '\\x00ff', '00ff'],
    [scalar('numeric'), '1.00', '1'],
    [scalar('numeric'), '-0.00', '0'],
    [scalar('numeric'), '100', '100'],
    [scalar('numeric'), '0.00000001', '1E-8'],
    [scalar('float8'), '1e-05', '0.00001'],
    [scalar('float8'), '1e+15', '1000000000000000'],
    [scalar('float8'), '9.999999999999999e+22', '9.999999999999999e22'],
    [scalar('float8'), '-0', '0'],
    [scalar('float8'), 'NaN', 'NaN'],
    [scalar('float4'), '1e-07', '1e-7'],
    [scalar('float4'), '1.6777216e+07', '16777216'],
    [scalar('interval'), '1 year 2 mons -3 days +04:05:06.7', '14 months -3 days 04:05:06.700000'],
    [scalar('interval'), '-1 mons', '-1 months'],
    [scalar('interval'), '00:00:00', '0 days'],
    [scalar('interval'), '-00:00:00.000001', '-00:00:00.000001'],
    [scalar('json'), '{"a": 1.0, "b": [1, 2]}', '{"a":1,"b":[1,2]}'],
    [scalar('json'), '{"b": 1, "aa": 2}', '{"aa":2,"b":1}'],
    [scalar('json'), '{"a": 1, "a": 2}', '{"a":2}'],
    [scalar('json'), '"\\u00e9\\/"', '"é/"'],
    [scalar('json'), '1e2', '100'],
    [scalar('vector'), '1 2 3', '{1,2,3}'],
    [array('numeric'), '{1.50,NULL,2.000}', '{1.5,NULL,2}'],
    [array('char'), '{"a  ",abc}', '{a,abc}'],
    [array('json'), '{"{\\"a\\": 1.0}",NULL}', '{"{\\"a\\":1}",NULL}'],
    [array('text'), '{a,"b,c"}', '{"a","b,c"}'],
    [range('numeric'), '[1.50,2.0)', '[1.5,2)'],
    [range('plain'), '["2024-01-01 00:00:00",)', '["2024-01-01 00:00:00",)'],
    [range('numeric'), 'empty', 'empty'],
  ])('%j: %s and %s are one', (form, postgres, materialize) => {
    expect(canonical(form, materialize)).toBe(canonical(form, postgres));
  });

  it.each<[Form, string | null, string | null]>([
    [scalar('numeric'), '1.01', '1.1'],
    [scalar('numeric'), '10', '1'],
    [scalar('float8'), '0.1', '0.10000000000000002'],
    [scalar('float4'), '0.1', '0.11'],
    [scalar('interval'), '1 mon', '30 days'],
    [scalar('interval'), '1 day', '24:00:00'],
    [scalar('json'), '{"a": 1}', '{"a": "1"}'],
    [scalar('json'), '[1, 2]', '[2, 1]'],
    [scalar('json'), '1.1', '1.10000000000000000000001'],
    [scalar('json'), 'null', null],
    [scalar('text'), 'a ', 'a'],
    [scalar('text'), '', null],
    [array('text'), '{"a,b"}', '{a,b}'],
    [array('text'), '{NULL}', '{"NULL"}'],
    [array('numeric'), '{{1,2}}', '{1,2}'],
    [array('text'), '{}', '{""}'],
    [range('numeric'), '[1,2)', '[1,2]'],
    [range('numeric'), '(,2)', '(0,2)'],
  ])('%j: %s and %s are two', (form, one, other) => {
    expect(canonical(form, one)).not.toBe(canonical(form, other));
  });
});

describe('numbers', () => {
  it('are the same whatever zeros and exponent they are written with', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat(30), fc.nat(5), (digits, scale, zeros) => {
        const [sign, text] = digits < 0n ? ['-', String(-digits)] : ['', String(digits)];
        const padded = text.padStart(scale + 1, '0');
        const point = padded.length - scale;
        const plain = `${sign}${padded.slice(0, point)}${scale > 0 ? `.${padded.slice(point)}` : ''}`;
        const longer = `${plain}${scale > 0 ? '' : '.'}${'0'.repeat(zeros + (scale > 0 ? 0 : 1))}`;
        expect(canonicalNumber(longer)).toBe(canonicalNumber(`${sign}${text}e-${scale}`));
        expect(Number(canonicalNumber(longer))).toBeCloseTo(Number(plain), 5);
      }),
    );
  });

  it('with an exponent that no text has room for stay short', () => {
    expect(canonicalNumber('1e999999999')).toBe('1e1000000000');
    expect(canonicalNumber('0e999999999')).toBe('0');
  });
});

describe('JSON', () => {
  it('means the same in any order of keys and with any blanks', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, inner]) => [key, shuffled(inner)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(JSON.stringify(value));
        expect(canonicalJson(JSON.stringify(shuffled(value), null, 2))).toBe(text);
        expect(canonicalJson(text)).toBe(text);
      }),
    );
  });

  it('is left as it is where it is none, and read however deep it is', () => {
    for (const text of ['{"a":', '[1,]', '', '{a:1}', '"', '[1 2]']) expect(canonicalJson(text)).toBe(text);
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(canonicalJson(deep)).toBe(deep);
  });
});

describe('forms', () => {
  it('has one for every type that Materialize takes as it is', () => {
    const oids = Array.from({ length: 5_000 }, (_, oid) => oid).filter((oid) => ingestOf(oid, -1) === 'yes');
    expect(oids.length).toBeGreaterThan(50);
    expect(oids.filter((oid) => typeof formOf(oid, false) === 'string')).toEqual([]);
  });

  it('compares what came over as text by what the type prints, unless settings have a say in it', () => {
    expect(formOf(16_385, true)).toEqual(scalar('output'));
    expect(formOf(790, true)).toMatch(/lc_monetary/);
    expect(formOf(16_385, false)).toMatch(/none that Materialize takes/);
  });

  it('leaves to the worker what the servers print differently', () => {
    const server = [scalar('numeric'), scalar('float8'), scalar('output'), array('plain'), array('text')];
    const worker = [scalar('json'), scalar('interval'), array('numeric'), array('char'), range('plain')];
    expect(server.map(byServer)).toEqual(server.map(() => true));
    expect(worker.map(byServer)).toEqual(worker.map(() => false));
  });
});

it.each([791, 1184, 1185, 1270, 3910, 3911])(
  'no text of type %i is compared: it prints by settings of a session',
  (oid) => {
    expect(formOf(oid, true)).toMatch(/prints by/);
  },
);
