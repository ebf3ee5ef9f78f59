// Temporal's messages, without those that the command line cannot come to use: to build the types of all of them took a
// third of a command's start. Nothing is listed here: what the code names is what stays, so that a newer SDK keeps what it needs.

/**
 * The types (as protobufjs writes them) that `code` names by their path, the methods of services that it calls, and
 * whatever those consist of. What is named in a way that is not understood here keeps its whole package.
 *
 * @param {Record<string, any>} types
 * @param {string[]} code
 */
export function neededMessages(types, code) {
  const words = new Set(code.flatMap((text) => text.match(/\b[A-Za-z_]\w*\b/g) ?? []));
  const root = { nested: types };
  const needed = new Set();
  const todo = [];
  walk(root, [], (inner, path) => {
    const own = Object.keys(inner.nested ?? {}).filter((name) => !isNamespace(inner.nested[name]));
    if (isNamespace(inner) && own.length > 0)
      todo.push(...namedIn(code, path.join('.'), own).map((name) => [...path, name]));
  });
  for (let path = todo.pop(); path; path = todo.pop()) {
    const key = path.join('.');
    if (needed.has(key)) continue;
    needed.add(key);
    const type = at(root, path);
    const names = [
      ...Object.values(type.fields ?? {}).flatMap(({ type, keyType }) => [type, keyType]),
      ...Object.entries(type.methods ?? {}).flatMap(([name, { requestType, responseType }]) =>
        words.has(calledBy(name)) ? [requestType, responseType] : [],
      ),
    ];
    for (const name of names) {
      const found = name && resolved(root, path, name);
      if (found) todo.push(found);
    }
  }
  return kept(root, [], needed, words).nested;
}

/** Which of a package's types are named: `package.Type`, `{ Type } = package`, or the package alone, which may be any. */
function namedIn(code, name, types) {
  const path = new RegExp(
    `(?:\\{([^{}]*)\\}\\s*=\\s*[\\w$.]*)?\\b${name.replaceAll('.', '\\.')}\\b(?:\\.(\\w+))?`,
    'g',
  );
  const found = new Set();
  for (const [, taken, type] of code.flatMap((text) => [...text.matchAll(path)])) {
    const names = type ? [type] : taken ? taken.split(',').map((one) => one.split(':')[0].trim()) : types;
    names.forEach((one) => found.add(one));
  }
  return types.filter((one) => found.has(one));
}

const calledBy = (method) => method[0].toLowerCase() + method.slice(1);
const isNamespace = ({ fields, values, methods }) => !fields && !values && !methods;
const at = (root, path) => path.reduce((type, name) => type?.nested?.[name], root);

function walk(type, path, visit) {
  for (const [name, inner] of Object.entries(type.nested ?? {})) {
    visit(inner, [...path, name]);
    walk(inner, [...path, name], visit);
  }
}

/** Where a name leads that a message at `path` has for a field: in itself, or in what is around it. Null for scalars. */
function resolved(root, path, name) {
  const parts = name.split('.').filter(Boolean);
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const candidate = [...path.slice(0, depth), ...parts];
    if (at(root, candidate)) return candidate;
  }
  return null;
}

/** A copy of what is needed; what only holds something that is needed keeps its place. */
function kept(type, path, needed, words) {
  const nested = Object.entries(type.nested ?? {}).flatMap(([name, inner]) => {
    const copy = kept(inner, [...path, name], needed, words);
    return copy ? [[name, copy]] : [];
  });
  const isNeeded = path.length === 0 || needed.has(path.join('.'));
  if (!isNeeded && nested.length === 0) return null;
  const copy = isNeeded || !isNamespace(type) ? { ...type } : type.options ? { options: type.options } : {};
  delete copy.nested;
  if (nested.length > 0) copy.nested = Object.fromEntries(nested);
  if (copy.methods)
    copy.methods = Object.fromEntries(Object.entries(copy.methods).filter(([name]) => words.has(calledBy(name))));
  return copy;
}
