/** What only Materialize knows by that name. */

/** Postgres' sha256 of the text in UTF-8, which is what Materialize keeps all texts in. */
export const digest = (text: string): string => `digest(${text}, 'sha256')`;
