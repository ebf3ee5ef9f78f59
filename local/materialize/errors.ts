/** Fields of an ErrorResponse that clients see. */
export interface ErrorFields {
  severity: string;
  code: string;
  message: string;
  detail?: string;
  hint?: string;
  position?: string;
}

/** An error of the backing store as Materialize words it: most of what Postgres codes finely is XX000 there. */
export const mapStoreError = (error: ErrorFields): ErrorFields => error;
