import type * as official from '@neondatabase/api-client';

/** The official client's types with its enums as plain texts, so that a missing or misspelt field fails to compile. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;

export type Project = Plain<official.Project>;
export type ProjectListItem = Plain<official.ProjectListItem>;
export type ProjectSettings = Plain<official.ProjectSettingsData>;
export type AllowedIps = Plain<official.AllowedIps>;
export type Branch = Plain<official.Branch>;
export type Endpoint = Plain<official.Endpoint>;
export type Role = Plain<official.Role>;
export type Database = Plain<official.Database>;
export type Operation = Plain<official.Operation>;
