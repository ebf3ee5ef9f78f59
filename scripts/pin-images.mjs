// Names the images of Dockerfile and docker-compose.yml by digest, besides their version, as the registry has them now:
//   node scripts/pin-images.mjs [folder]
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
/** An image with a version, where one is named: `FROM node:22 AS build`, `image: postgres:17`. */
const NAMED = /^((?:FROM|\s+image:) +)([\w./-]+:[\w.-]+)(?:@sha256:[0-9a-f]{64})?(?= |$)/gm;
/** Built here, so no registry has it. */
const OURS = /:local$/;

const digests = new Map();
function digestOf(image) {
  if (digests.has(image)) return digests.get(image);
  const args = ['buildx', 'imagetools', 'inspect', image, '--format', '{{json .Manifest}}'];
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8' });
  const [, digest] = /"digest":\s*"(sha256:[0-9a-f]{64})"/.exec(stdout ?? '') ?? [];
  if (status !== 0 || !digest) {
    process.stderr.write(`no digest of ${image}: ${(error?.message ?? stderr).trim()}\n`);
    process.exit(1);
  }
  digests.set(image, digest);
  return digest;
}

// All are asked for before any file is written.
const files = ['Dockerfile', 'docker-compose.yml'].map((name) => {
  const path = join(folder, name);
  const text = readFileSync(path, 'utf8').replace(NAMED, (line, start, image) =>
    OURS.test(image) ? line : `${start}${image}@${digestOf(image)}`,
  );
  return [path, text];
});
for (const [path, text] of files) writeFileSync(path, text);
for (const [image, digest] of digests) process.stdout.write(`${image}@${digest}\n`);
