import { connectionFindings } from '../../../../src/core/objects/connection/findings';
import { poolerByAnswer, poolerByName } from '../../../../src/core/objects/connection/poolers';
import { testFindings, prepared } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

const pooledNeon = { ...poolerByName('ep-x-pooler.aws.neon.tech', 5432)!, replicates: true };
const refusal = 'unsupported startup parameter: options';
const pgBouncer = { ...poolerByAnswer('db.internal:6432', { refusal })!, replicates: true };

testFindings(connectionFindings, {
  raised: [
    [
      'unknown-host',
      'a host that only the file names',
      { spec: f.postgresSpec(), source: { ...prepared, unknownHost: true, host: 'db.internal', port: 5433 } },
      'blocking',
      'add db.internal:5433 to N2M_REACHABLE_ALLOW of the worker, or take reachableAt out of the file',
    ],
    [
      'pooled-host',
      'a pooled host',
      { source: { pooler: pooledNeon } },
      'blocking',
      'use the direct host: ep-x.aws.neon.tech',
    ],
    [
      'pooled-host',
      'a host that answers as PgBouncer does',
      { spec: f.postgresSpec(), source: { pooler: pgBouncer } },
      'blocking',
      'name the server itself in the URL of env:N2M_SECRET_SOURCE_URL: often the same host at another port',
    ],
    [
      'pooled-host',
      'a pooler on the way of n2m alone',
      { spec: f.postgresSpec(), source: { pooler: { ...pgBouncer, replicates: false } } },
      'warning',
      'name the server itself in the URL of env:N2M_SECRET_SOURCE_URL: often the same host at another port',
    ],
    [
      'tls-unverified',
      'TLS without verification',
      { spec: f.withSource({ tls: { mode: 'require', ca: null } }) },
      'warning',
      'source.tls: {mode: verify-full}',
    ],
    [
      'tls-unverified',
      'a way to Materialize on which nobody checks who answers',
      { target: { unverified: { host: 'mz.example', encrypted: true } } },
      'warning',
      'name another sslmode in the URL of env:N2M_SECRET_MATERIALIZE_URL: all but disable and no-verify verify',
    ],
  ],
  silent: [['tls-unverified', 'ways that are verified', { target: { unverified: null } }]],
});
