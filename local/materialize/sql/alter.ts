import type { AlterAction, ItemKind, Statement } from './ast';
import { connectionChanges } from './connection';
import { CLUSTER_OPTIONS, clusterOption } from './create';
import type { Cursor } from './cursor';
import { itemKind, objectName } from './objects';
import { addSubsources } from './source';

const SOURCE_SET = ['TIMESTAMP INTERVAL', 'RETAIN HISTORY'] as const;

/** Everything that begins with ALTER, the word taken already. */
export function alter(cursor: Cursor): Statement {
  if (cursor.accept('SYSTEM')) return alterSystem(cursor);
  if (cursor.isWord('DEFAULT')) return { kind: 'unsupported', what: 'ALTER DEFAULT PRIVILEGES' };
  const object = itemKind(cursor, 'ALTER');
  const ifExists = cursor.ifExists();
  const name = objectName(cursor, object);
  const action = cursor.accept('RENAME', 'TO')
    ? ({ type: 'rename', to: cursor.identifier() } as const)
    : cursor.accept('OWNER', 'TO')
      ? ({ type: 'owner', to: cursor.identifier() } as const)
      : cursor.accept('SWAP', 'WITH')
        ? ({ type: 'swap', with: cursor.identifier() } as const)
        : particular(cursor, object);
  return { kind: 'alter', object, ifExists, name, action };
}

function particular(cursor: Cursor, object: ItemKind): AlterAction {
  switch (object) {
    case 'CLUSTER':
      return alterCluster(cursor);
    case 'SECRET':
      cursor.expect('AS');
      return { type: 'secret', value: { sql: cursor.restOfText() } };
    case 'CONNECTION': {
      if (cursor.accept('ROTATE', 'KEYS')) return { type: 'rotateKeys' };
      if (!['SET', 'DROP', 'RESET'].some((word) => cursor.isWord(word)))
        cursor.expectedOneOf(['RENAME', 'SET', 'DROP', 'RESET', 'ROTATE', 'OWNER']);
      return { type: 'connection', ...connectionChanges(cursor) };
    }
    case 'SOURCE':
      return alterSource(cursor);
    default:
      return cursor.expectedOneOf(['RENAME', 'OWNER']);
  }
}

function alterCluster(cursor: Cursor): AlterAction {
  if (cursor.accept('RESET')) {
    return { type: 'reset', names: cursor.parenthesized(() => cursor.option(CLUSTER_OPTIONS, () => undefined).name) };
  }
  if (!cursor.accept('SET')) cursor.expectedOneOf(['SET', 'RESET', 'RENAME', 'SWAP', 'OWNER']);
  const options = cursor.parenthesized(() => clusterOption(cursor));
  const waits = ['WAIT UNTIL READY', 'WAIT FOR'] as const;
  const wait = ['TIMEOUT', 'ON TIMEOUT'] as const;
  const withOptions = cursor.withOptions(waits, (name) =>
    name === 'WAIT FOR'
      ? cursor.optionValue()
      : {
          type: 'list',
          items: cursor
            .parenthesized(() => cursor.option(wait))
            .flatMap((option) => (option.value ? [option.value] : [])),
        },
  );
  return { type: 'set', options, with: withOptions };
}

function alterSource(cursor: Cursor): AlterAction {
  if (cursor.accept('ADD')) return { type: 'addSubsource', ...addSubsources(cursor) };
  if (cursor.accept('DROP')) {
    cursor.expectOneOf(['SUBSOURCE', 'TABLE']);
    cursor.commaSeparated(() => cursor.name());
    cursor.acceptOneOf(['CASCADE', 'RESTRICT']);
    return { type: 'dropSubsource' };
  }
  if (cursor.accept('REFRESH', 'REFERENCES')) return { type: 'refreshReferences' };
  if (cursor.accept('RESET')) {
    return { type: 'reset', names: cursor.parenthesized(() => cursor.option(SOURCE_SET, () => undefined).name) };
  }
  if (!cursor.accept('SET')) cursor.expectedOneOf(['ADD', 'DROP', 'OWNER', 'RENAME', 'RESET', 'SET', 'REFRESH']);
  const retain = (name: string) => {
    if (name === 'RETAIN HISTORY') cursor.expect('FOR');
    return cursor.optionValue();
  };
  return { type: 'set', options: cursor.parenthesized(() => cursor.option(SOURCE_SET, retain)), with: [] };
}

function alterSystem(cursor: Cursor): Statement {
  if (cursor.accept('RESET')) {
    return { kind: 'alterSystem', name: cursor.accept('ALL') ? 'all' : cursor.identifier(), value: undefined };
  }
  cursor.expect('SET');
  const name = cursor.identifier();
  if (!cursor.acceptPunctuation('=')) cursor.expect('TO');
  if (cursor.accept('DEFAULT')) return { kind: 'alterSystem', name, value: undefined };
  const values = cursor.commaSeparated(() => cursor.next().text);
  return { kind: 'alterSystem', name, value: values.join(', ') };
}
