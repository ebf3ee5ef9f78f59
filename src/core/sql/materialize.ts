/** Every statement that changes something in Materialize, one function each. No text ends in a semicolon. */
export * from './materialize-objects';
export * from './materialize-source';
