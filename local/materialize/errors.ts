/** Fields of an ErrorResponse that clients see. */
export interface ErrorFields {
  severity: string;
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  position?: string;
}

/** Codes Materialize has too; every other one becomes XX000 there. */
const kept = new Set('42601 42501 57014 25001 25P02 25P03 40001 53000 0A000 42704 42P02'.split(' '));

/** Errors of the backing store in Materialize's words: the first rule that fits. */
const rules: [code: string, pattern: RegExp, message: (match: RegExpExecArray) => string, hint?: string][] = [
  ['42P01', /^relation "(.*)" does not exist$/, ([, name]) => `unknown catalog item '${name}'`],
  ['42P01', /^missing FROM-clause entry for table "(.*)"$/, ([, name]) => `unknown catalog item '${name}'`],
  ['3F000', /^schema "(.*)" does not exist$/, ([, name]) => `unknown schema '${name}'`],
  [
    '42703',
    /^column (?:"(.*)"|(\S+)) does not exist$/,
    ([, quoted, plain]) => `column "${quoted ?? plain}" does not exist`,
  ],
  [
    '42883',
    /^function ([^(]+)\((.*)\) does not exist$/,
    ([, name]) => `function "${name}" does not exist`,
    'No function matches the given name and argument types. You might need to add explicit type casts.',
  ],
  ['42704', /^type "(.*)" does not exist$/, ([, name]) => `type "${name}" does not exist`],
];

/** An error of the backing store as Materialize words it: most of what Postgres codes finely is XX000 there. */
export function mapStoreError(error: ErrorFields): ErrorFields {
  for (const [code, pattern, message, hint] of rules) {
    const match = error.code === code ? pattern.exec(error.message) : null;
    if (match !== null) return { severity: error.severity, code: 'XX000', message: message(match), hint };
  }
  if (kept.has(error.code)) return error;
  // Hints and positions of the store speak of its own SQL, which the client has not written.
  return { severity: error.severity, code: 'XX000', message: error.message, detail: error.detail };
}
