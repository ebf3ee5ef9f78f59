import type { Definition } from '../plan/definition';
import { item, type ItemName } from '../sql/items';
import { quoteIdent, quoteLiteral } from '../sql/quote';

const LETTERS: Record<string, string> = {
  r: 'SELECT',
  a: 'INSERT',
  w: 'UPDATE',
  d: 'DELETE',
  U: 'USAGE',
  C: 'CREATE',
};

/**
 * The GRANT statements that bring an object's access list back, from its text (`{u1=r/u1,u3=ar/u1}`). What the owner
 * has by owning it is left out. `roles`: names by id; grantee `p` or none is everybody.
 */
export function grantsOf(list: string, name: ItemName, owner: string, roles: ReadonlyMap<string, string>): string[] {
  const entries = list.replace(/^\{|\}$/g, '').split(',');
  return entries.flatMap((entry) => {
    const match = /^"?([^=]*)=([a-zA-Z]*)\//.exec(entry);
    const [, grantee = '', letters = ''] = match ?? [];
    if (!match || grantee === owner) return [];
    const role = grantee === '' || grantee === 'p' ? 'PUBLIC' : roles.get(grantee);
    const privileges = [...letters].flatMap((letter) => LETTERS[letter] ?? []);
    if (role === undefined || privileges.length === 0) return [];
    return [`GRANT ${privileges.join(', ')} ON TABLE ${item(name)} TO ${role === 'PUBLIC' ? role : quoteIdent(role)}`];
  });
}

const KEYWORDS: Record<string, string> = {
  view: 'VIEW',
  'materialized-view': 'MATERIALIZED VIEW',
  index: 'INDEX',
  sink: 'SINK',
  source: 'SOURCE',
  table: 'TABLE',
};

/** The word of DROP, SHOW CREATE and COMMENT ON; null for a type that repair cannot bring back. */
export const keywordOf = (type: string): string | null => KEYWORDS[type] ?? null;

/** Without CASCADE: what nobody named stays, and is named in the error. */
export const dropDependent = (type: string, name: ItemName): string =>
  `DROP ${keywordOf(type) ?? 'VIEW'} IF EXISTS ${item(name)} RESTRICT`;

export const showCreate = (type: string, name: ItemName): string =>
  `SHOW CREATE ${keywordOf(type) ?? 'VIEW'} ${item(name)}`;

export const ownerTo = (type: string, name: ItemName, owner: string): string =>
  `ALTER ${keywordOf(type) ?? 'VIEW'} ${item(name)} OWNER TO ${quoteIdent(owner)}`;

/** `column` null: the object itself. */
export function commentStatement(type: string, name: ItemName, column: string | null, comment: string): string {
  const on =
    column === null ? `${keywordOf(type) ?? 'VIEW'} ${item(name)}` : `COLUMN ${item(name)}.${quoteIdent(column)}`;
  return `COMMENT ON ${on} IS ${quoteLiteral(comment)}`;
}

/** What was said of one object, of another kind under the same name; privileges read alike for both. */
export function carriedBy(definition: Definition, type: 'source' | 'table'): Definition {
  const before = `COMMENT ON ${keywordOf(definition.type) ?? ''} `;
  const now = `COMMENT ON ${keywordOf(type) ?? ''} `;
  const comments = definition.comments.map((text) =>
    text.startsWith(before) ? now + text.slice(before.length) : text,
  );
  return { ...definition, type, comments };
}

/**
 * A definition that holds everywhere: catalogs name items and clusters by id (`[u8 AS materialize.shop.orders]`,
 * `IN CLUSTER [u2]`), and the table that is made again has another one. `clusters`: names by id.
 */
export function withoutIds(sql: string, clusters: ReadonlyMap<string, string>): string {
  return sql
    .replace(/\[[us]\d+ AS ((?:"[^"]*"|[^[\]"])+)\]/g, '$1')
    .replace(/\bIN CLUSTER \[([us]\d+)\]/g, (all, id: string) => {
      const name = clusters.get(id);
      return name === undefined ? all : `IN CLUSTER ${quoteIdent(name)}`;
    });
}
