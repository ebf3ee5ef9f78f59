/** Session and system settings: defaults and texts as recorded, names case-insensitive. */
export interface SessionSettings {
  /** Text as SHOW prints it. Unknown name: 42704 `unrecognized configuration parameter "x"`. */
  show(name: string): string;
  /** `values` as written (several for lists such as search_path). 42704, 22023. */
  set(name: string, values: string[], local?: boolean): void;
  reset(name: string): void;
  resetAll(): void;
  /** Drops SET LOCAL values at the end of a transaction, and plain SETs too when it was rolled back. */
  endTransaction(committed: boolean): void;
  /** Names reported as ParameterStatus at startup and on change, with their values. */
  parameterStatus(): Map<string, string>;
}

/** `system` are the values of ALTER SYSTEM, read anew at each SHOW. */
export type CreateSessionSettings = (options: {
  role: string;
  database: string;
  applicationName?: string;
  system: () => Record<string, string>;
}) => SessionSettings;
