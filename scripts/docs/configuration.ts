import { pipelineJsonSchema } from '../../src/core/spec/json-schema';
import { environmentTables } from './environment';
import { code, sentence, table } from './markdown';

/** The part of JSON Schema that z.toJSONSchema uses for this file. */
interface Node {
  type?: string;
  description?: string;
  default?: string | number | boolean | object;
  enum?: string[];
  const?: string | number | boolean;
  pattern?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  oneOf?: Node[];
  anyOf?: Node[];
  title?: string;
  minimum?: number;
  maximum?: number;
}

/** docs/configuration.md: every key of the pipeline file, from its schema, and every variable. */
export function configurationPage(): string {
  const root = pipelineJsonSchema() as Node;
  const { name, source, ...others } = root.properties ?? {};
  const kinds = source?.oneOf ?? [];
  const common = commonKeys(kinds);
  return [
    '# Configuration',
    MADE_BY,
    'The pipeline file says what a pipeline is; the environment of worker and command line says where things are. The file holds no secrets: it names them, and the worker looks them up. Editors complete and check it with the first line',
    '```yaml\n# yaml-language-server: $schema=./node_modules/neon-to-materialize/pipeline.schema.json\n```',
    'Keys that are not here are refused, with the one that was probably meant. `n2m plan FILE` names every mistake at once, with line and column.',
    '## Top level',
    keys('', { ...root, properties: { ...(name && { name }), ...(source && { source }), ...others } }, [
      'source',
      ...NESTED,
    ]),
    ...kinds.flatMap((kind) => [
      `## source, kind ${String(kind.properties?.kind?.const)}: ${lower(kind.title ?? '')}`,
      keys(
        'source.',
        pick(kind, (key) => !common.includes(key)),
        [],
      ),
    ]),
    '## source, either kind',
    'One of `tables`, `schemas` and `all` selects the tables. The last two are looked up whenever a plan is made: `n2m apply FILE` takes in what has come since.',
    keys(
      'source.',
      pick(kinds[0] ?? {}, (key) => common.includes(key)),
      [],
    ),
    ...SELECTION,
    ...NESTED.flatMap((name) => {
      const node = others[name];
      if (!node) throw new Error(`the schema has no ${name}`);
      const inner = node.items ?? node;
      const path = node.items ? `${name}[].` : `${name}.`;
      return [`## ${name}`, ...(node.description ? [sentence(node.description)] : []), keys(path, inner, [])];
    }),
    ...VALUES,
    ...environmentTables(),
  ].join('\n\n');
}

/** Keys that mean the same in every kind. */
function commonKeys([first, ...rest]: Node[]): string[] {
  return Object.entries(first?.properties ?? {})
    .filter(([key, node]) =>
      rest.every((other) => JSON.stringify(other.properties?.[key] ?? null) === JSON.stringify(node)),
    )
    .map(([key]) => key);
}

const pick = (node: Node, wanted: (key: string) => boolean): Node => ({
  ...node,
  properties: Object.fromEntries(Object.entries(node.properties ?? {}).filter(([key]) => wanted(key))),
});

const MADE_BY = '<!-- Made by `npm run generate` from the schema in src/core/spec; do not edit. -->';

/** Objects with a section of their own. */
const NESTED = ['materialize', 'snapshot', 'watch', 'verify', 'alerts'];

const SELECTION = [
  'Fifty tenants with the same thirty tables, without what an ORM or an audit trigger keeps in each schema:',
  [
    '```yaml',
    'source:',
    '  schemas: [tenant_*]',
    '  exclude: [_prisma_migrations, audit_*, tenant_test.*]',
    '  targetName: "{schema}_{table}" # in quotes: a brace means something in YAML',
    '  aliases: [tenant_1.orders as orders] # goes before targetName',
    '```',
  ].join('\n'),
  'The plan says what is left out, and which schema or pattern matches nothing: a slip there would replicate what you meant to keep out. What joins `exclude` later leaves Materialize with the next apply, after approval, like a table that leaves a list; what leaves `exclude` is copied. A table that is in Materialize already keeps its name there: the plan offers the statement that renames it. Partitions are tables of their own: exclude `events_*`, not their parent.',
];

const VALUES = [
  '## Values',
  table(
    ['kind of value', 'written as'],
    [
      ['duration', 'a number with `ms`, `s`, `m`, `h` or `d`: `90s`, `24h`'],
      ['percentage', 'above 0 and up to 100: `70%`'],
      ['size', 'a number with `KiB`, `MiB`, `GiB` or `TiB`: `1GiB`'],
      [
        'reference',
        '`env:NAME`, a variable of the worker whose name starts with `N2M_SECRET_` or is listed in `N2M_SECRETS_ALLOW`; `file:NAME`, a file in the worker’s `N2M_SECRETS_DIR`',
      ],
      [
        'pattern',
        'a name with `*` for any characters and `?` for one, of a schema, of a table, or `schema.table`; what is in double quotes is itself: `"Tenant-"*`; in YAML one that begins with `*` or `"` goes in single quotes',
      ],
      ['table', '`schema.table`, or `schema.table as alias`; odd names in double quotes: `public."Order Items"`'],
    ],
  ),
];

function keys(path: string, node: Node, elsewhere: string[]): string {
  return table(['key', 'takes', 'default', 'what it is'], rows(path, node, elsewhere));
}

function rows(path: string, node: Node, elsewhere: string[]): string[][] {
  const required = new Set(node.required ?? []);
  return Object.entries(node.properties ?? {}).flatMap(([name, inner]) => {
    if (name === '$schema') return [];
    const object = objectOf(inner);
    const fallback = required.has(name) ? 'required' : writeDefault(inner);
    const row = [code(path + name), takes(inner), fallback, describe(inner)];
    if (elsewhere.includes(name)) return [[...row.slice(0, 2), fallback, `${describe(inner)} See below.`]];
    return [row, ...(object ? rows(`${path}${name}.`, object, []) : [])];
  });
}

const objectOf = (node: Node): Node | null =>
  node.properties ? node : (node.anyOf?.find((choice) => choice.properties) ?? null);

function takes(node: Node): string {
  if (node.anyOf) return node.anyOf.map(takes).join(' or ');
  if (node.oneOf) return 'object';
  if (node.const !== undefined) return code(String(node.const));
  if (node.enum) return node.enum.map((value) => code(String(value))).join(', ');
  if (node.type === 'array') return `list of ${plural(takes(node.items ?? {}))}`;
  if (node.pattern?.startsWith('^(env:')) return 'reference';
  if (node.type === 'integer') return `${node.minimum} to ${node.maximum}`;
  return node.type === 'string' ? 'text' : (node.type ?? 'text');
}

const plural = (type: string): string => (type === 'text' ? 'texts' : `${type}s`);

function writeDefault(node: Node): string {
  if (node.default === undefined) return '';
  if (typeof node.default === 'object') return '';
  return code(String(node.default));
}

function describe(node: Node): string {
  const choices = node.anyOf?.find((choice) => choice.type === 'string')?.description ?? '';
  return sentence(node.description ?? choices).replaceAll('<', '&lt;');
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
