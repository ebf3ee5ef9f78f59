import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What scripts/messages.mjs left of Temporal's messages in the built command line. */
interface Type {
  fields?: Record<string, { type: string; keyType?: string }>;
  methods?: Record<string, { requestType: string; responseType: string }>;
  values?: Record<string, number>;
  nested?: Record<string, Type>;
}

const CLI = join(__dirname, '..', '..', 'lib', 'cli');
const SCALARS = /^(double|float|u?int(32|64)|s(int|fixed)(32|64)|fixed(32|64)|bool|string|bytes)$/;

const code = readdirSync(CLI)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => readFileSync(join(CLI, file), 'utf8'));

/** The literal that the bundle parses; its quotes are whatever the bundler chose. */
function messagesIn(text: string): Type | null {
  const literal = /\.addJSON\(JSON\.parse\((['"`])((?:\\[\s\S]|(?!\1)[\s\S])*)\1\)/.exec(text)?.[2];
  if (literal === undefined) return null;
  const unescaped = literal.replace(/\\([\s\S])/g, (_, one: string) => (one === 'n' ? '\n' : one));
  return { nested: JSON.parse(unescaped) as Record<string, Type> };
}

const all = code.map(messagesIn).filter((root) => root !== null);
const [root = {}] = all;
const at = (path: string[]): Type | undefined =>
  path.reduce<Type | undefined>((type, name) => type?.nested?.[name], root);

function found(scope: string[], name: string): boolean {
  const parts = name.split('.').filter((part) => part !== '');
  return scope.some((_, depth) => at([...scope.slice(0, depth), ...parts])) || at([...scope, ...parts]) !== undefined;
}

function* types(type: Type, path: string[] = []): Generator<[path: string[], type: Type]> {
  yield [path, type];
  for (const [name, inner] of Object.entries(type.nested ?? {})) yield* types(inner, [...path, name]);
}

test('the messages are in the command line once, far fewer than there are', () => {
  expect(all).toHaveLength(1);
  const count = [...types(root)].filter(([, { fields, values }]) => fields ?? values).length;
  expect(count).toBeGreaterThan(200);
  expect(count).toBeLessThan(600);
});

test('whatever a message or a call that is left consists of is left, too', () => {
  const missing = [...types(root)].flatMap(([path, { fields = {}, methods = {} }]) => {
    const names = [
      ...Object.values(fields).flatMap(({ type, keyType }) => (keyType ? [type, keyType] : [type])),
      ...Object.values(methods).flatMap(({ requestType, responseType }) => [requestType, responseType]),
    ];
    return names
      .filter((name) => !SCALARS.test(name) && !found(path, name))
      .map((name) => `${path.join('.')}: ${name}`);
  });
  expect(missing).toEqual([]);
});

/** The SDK's own calls: after an upgrade that calls in another way this is where it shows. */
test('each call to Temporal that the command line can make is one of the service that is left', () => {
  const calls = new Set(
    code.flatMap((text) => [...text.matchAll(/\bworkflowService\.([a-z]\w*)\(/g)].map(([, name]) => name ?? '')),
  );
  const service = at(['temporal', 'api', 'workflowservice', 'v1', 'WorkflowService'])?.methods ?? {};
  const left = Object.keys(service).map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  expect(calls.size).toBeGreaterThan(20);
  expect([...calls].filter((name) => !left.includes(name))).toEqual([]);
});
