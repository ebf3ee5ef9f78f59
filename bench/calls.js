// Loaded before the command line (NODE_OPTIONS): counts what it asks of Temporal, call by call, in the file N2M_BENCH_CALLS.
const { writeFileSync } = require('node:fs');
const http2 = require('node:http2');

const file = process.env.N2M_BENCH_CALLS;
const calls = {};
const { connect } = http2;
http2.connect = function (...args) {
  const session = connect.apply(this, args);
  const { request } = session;
  session.request = function (headers, ...rest) {
    const name = String(headers[':path']).split('/').at(-1);
    calls[name] = (calls[name] ?? 0) + 1;
    writeFileSync(file, JSON.stringify(calls));
    return request.call(this, headers, ...rest);
  };
  return session;
};
