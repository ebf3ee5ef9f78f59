/** A call to one of the systems, as a span tells it: never its text, nor what was answered. */
export interface Call {
  system: 'postgres' | 'materialize' | 'neon';
  /** `ALTER PUBLICATION`, `SELECT`; `POST` where it is HTTP. Of a closed list. */
  kind: string;
  host: string;
  port?: number;
}

/** Makes the call inside a span of its own. */
export type Traced = <T>(call: Call, send: () => Promise<T>) => Promise<T>;
