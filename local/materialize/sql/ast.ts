/** What the parser makes of a statement. Names are lists of parts, outermost first, folded as Materialize folds them. */
export type Name = string[];

/** The value of an option. `expression` is text the parser does not look into. */
export type OptionValue =
  | { type: 'string' | 'number' | 'word'; text: string }
  | { type: 'boolean'; value: boolean }
  | { type: 'null' }
  | { type: 'secret'; name: Name }
  | { type: 'names'; names: Name[] }
  | { type: 'list'; items: OptionValue[] };

/** An option as written; `name` upper case, words joined by a space. A missing value is an option that stands alone. */
export interface Option {
  name: string;
  value: OptionValue | undefined;
}

export type ItemKind =
  | 'CLUSTER'
  | 'CLUSTER REPLICA'
  | 'CONNECTION'
  | 'DATABASE'
  | 'INDEX'
  | 'MATERIALIZED VIEW'
  | 'ROLE'
  | 'SCHEMA'
  | 'SECRET'
  | 'SINK'
  | 'SOURCE'
  | 'TABLE'
  | 'TYPE'
  | 'VIEW'
  | 'COLUMN';

/** An upstream table and, where given, the name it gets here. */
export interface ExternalReference {
  reference: Name;
  alias: Name | undefined;
}

export type SourceTables =
  | { type: 'none' }
  | { type: 'all' }
  | { type: 'schemas'; schemas: string[] }
  | { type: 'tables'; tables: ExternalReference[] };

/** A value to compute for CREATE/ALTER SECRET: SQL text, never shown in an error. */
export interface SecretExpression {
  sql: string;
}

export interface CreateSource {
  kind: 'createSource';
  name: Name;
  ifNotExists: boolean;
  cluster: string | undefined;
  connection: Name;
  options: Option[];
  tables: SourceTables;
  /** The FOR clause as Materialize prints it; said when it is refused. */
  tablesText: string;
  progress: Name | undefined;
  with: Option[];
}

export interface CreateTable {
  kind: 'createTable';
  name: Name;
  ifNotExists: boolean;
  source: Name;
  reference: Name | undefined;
  columns: string[] | undefined;
  with: Option[];
}

export type AlterAction =
  | { type: 'rename'; to: string }
  | { type: 'owner'; to: string }
  | { type: 'swap'; with: string }
  | { type: 'set'; options: Option[]; with: Option[] }
  | { type: 'reset'; names: string[] }
  | { type: 'connection'; changes: ConnectionChange[]; with: Option[] }
  | { type: 'secret'; value: SecretExpression }
  | { type: 'addSubsource'; tables: ExternalReference[]; with: Option[] }
  | { type: 'dropSubsource' }
  | { type: 'refreshReferences' }
  | { type: 'rotateKeys' };

export type ConnectionChange = { type: 'set'; option: Option } | { type: 'drop'; name: string };

export type GrantTarget =
  | { type: 'system' }
  | { type: 'objects'; kind: ItemKind; names: Name[] }
  | { type: 'allIn'; kind: ItemKind; schema: Name };

/** A statement that changes definitions: the front carries it out itself. */
export type Ddl =
  | { kind: 'createCluster'; name: string; options: Option[] }
  | { kind: 'createSecret'; name: Name; ifNotExists: boolean; value: SecretExpression }
  | {
      kind: 'createConnection';
      name: Name;
      ifNotExists: boolean;
      connector: string;
      options: Option[];
      with: Option[];
    }
  | CreateSource
  | CreateTable
  | { kind: 'createPlainTable'; name: Name; ifNotExists: boolean; columnsSql: string }
  | { kind: 'createSchema'; name: Name; ifNotExists: boolean }
  | { kind: 'createRole'; name: string; options: string[] }
  | {
      kind: 'createView';
      name: Name;
      materialized: boolean;
      replace: boolean;
      ifNotExists: boolean;
      cluster: string | undefined;
      columns: string[] | undefined;
      query: string;
    }
  | {
      kind: 'createIndex';
      name: string | undefined;
      ifNotExists: boolean;
      cluster: string | undefined;
      on: Name;
      expressions: string[] | undefined;
    }
  | { kind: 'alter'; object: ItemKind; ifExists: boolean; name: Name; action: AlterAction }
  | { kind: 'alterSystem'; name: string; value: string | undefined | null }
  | { kind: 'drop'; object: ItemKind; ifExists: boolean; names: Name[]; cascade: boolean }
  | { kind: 'comment'; object: ItemKind; name: Name; text: string | null }
  | { kind: 'validateConnection'; name: Name }
  | { kind: 'grant' | 'revoke'; privileges: string[]; on: GrantTarget; roles: string[] }
  | { kind: 'grantRole' | 'revokeRole'; granted: string[]; roles: string[] };

/** The definition of one kind. */
export type Of<Kind extends Ddl['kind']> = Extract<Ddl, { kind: Kind }>;

/** A statement about the session itself. */
export type SessionStatement =
  | { kind: 'begin' }
  | { kind: 'commit' }
  | { kind: 'rollback' }
  | { kind: 'set'; name: string; values: string[] | 'default'; local: boolean }
  | { kind: 'setTransaction' }
  | { kind: 'reset'; name: string }
  | { kind: 'discardAll' }
  | { kind: 'show'; name: string };

/** `query` goes to the backing store; `showObjects` is rewritten by the SHOW commands first. */
export type Statement =
  | Ddl
  | SessionStatement
  | { kind: 'showObjects' }
  | { kind: 'query'; verb: string }
  | { kind: 'unsupported'; what: string };
