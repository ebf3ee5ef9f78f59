import type { ConnectionChange, Option, OptionValue, Statement } from './ast';
import type { Cursor } from './cursor';

/** The options any connection may have; which belong to Postgres is decided when the statement is carried out. */
export const CONNECTION_OPTIONS =
  `ACCESS KEY ID, ASSUME ROLE ARN, AVAILABILITY ZONES, AWS CONNECTION, AWS PRIVATELINK, BROKER, BROKERS, DATABASE,
  ENDPOINT, HOST, PASSWORD, PORT, PROGRESS TOPIC, REGION, SASL MECHANISMS, SASL PASSWORD, SASL USERNAME,
  SECRET ACCESS KEY, SECURITY PROTOCOL, SERVICE NAME, SESSION TOKEN, SSH TUNNEL, SSL CERTIFICATE,
  SSL CERTIFICATE AUTHORITY, SSL KEY, SSL MODE, URL, USER`.split(/,\s+/);

const VALIDATE = ['VALIDATE'] as const;

function value(cursor: Cursor, name: string): OptionValue | undefined {
  if (name !== 'SSH TUNNEL' && name !== 'AWS PRIVATELINK') return cursor.optionValue();
  return { type: 'names', names: [cursor.name()] };
}

const option = (cursor: Cursor): Option => cursor.option(CONNECTION_OPTIONS, (name) => value(cursor, name));

export function createConnection(cursor: Cursor): Statement {
  const ifNotExists = cursor.ifNotExists();
  const name = cursor.name();
  const modern = cursor.expectOneOf(['FOR', 'TO']) === 'TO';
  const connector = connectorName(cursor);
  const options =
    modern || cursor.isPunctuation('(')
      ? cursor.parenthesized(() => option(cursor))
      : cursor.commaSeparated(() => option(cursor));
  return { kind: 'createConnection', name, ifNotExists, connector, options, with: cursor.withOptions(VALIDATE) };
}

function connectorName(cursor: Cursor): string {
  const names = ['AWS PRIVATELINK', 'AWS', 'CONFLUENT SCHEMA REGISTRY', 'KAFKA', 'MYSQL', 'POSTGRES', 'SSH TUNNEL'];
  const found = [...names, 'SQL SERVER'].find((name) => cursor.accept(...name.split(' ')));
  return found ?? cursor.expectedOneOf(['AWS', 'KAFKA', 'CONFLUENT', 'POSTGRES', 'SSH', 'SQL', 'MYSQL', 'ICEBERG']);
}

/** `SET (opt v), DROP (opt), RESET (opt) [WITH (VALIDATE …)]`, the first word not yet taken. */
export function connectionChanges(cursor: Cursor): { changes: ConnectionChange[]; with: Option[] } {
  const changes = cursor.commaSeparated((): ConnectionChange => {
    const verb = cursor.expectOneOf(['SET', 'DROP', 'RESET']);
    const braced = cursor.acceptPunctuation('(');
    const change: ConnectionChange =
      verb === 'SET'
        ? { type: 'set', option: option(cursor) }
        : { type: 'drop', name: cursor.option(CONNECTION_OPTIONS, () => undefined).name };
    if (braced) cursor.expectPunctuation(')', 'right parenthesis');
    return change;
  });
  return { changes, with: cursor.withOptions(VALIDATE) };
}
