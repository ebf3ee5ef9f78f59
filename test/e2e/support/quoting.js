// Loaded before the worker (`node --require`): makes CREATE SECRET fail for good, in the ways that tell the most.
const { Client } = require('pg');

/** 'transaction': the server itself refuses, quoting the statement. 'quoted': an error that quotes it in every field. */
const mode = process.env.N2M_TEST_QUOTING;

const query = Client.prototype.query;
Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
  if (typeof text !== 'string' || !/^\s*CREATE SECRET/i.test(text)) return query.apply(this, args);
  if (mode === 'transaction') return query.call(this, 'BEGIN; SELECT 1').then(() => query.apply(this, args));
  const quoted = `${text} ${encodeURIComponent(text)} ${Buffer.from(`.${text}`).toString('base64')}`;
  const error = Object.assign(new Error(`syntax error in: ${quoted}`), {
    code: '42601',
    severity: 'ERROR',
    detail: quoted,
    hint: `try ${quoted}`,
    query: text,
  });
  return Promise.reject(error);
};
