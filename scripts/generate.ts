import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { pipelineJsonSchema } from '../src/core/spec/json-schema';
import { madePages } from './docs/pages';
import { sampleFile, sampleScript } from '../local/compose/sample-file';
import { SYSTEM_COLUMNS, systemColumns } from './materialize-columns';
import { NEON_TYPES, neonTypes } from './neon-types';

/** Writes the files that are made from the sources; a test checks that they are current. */
async function main(): Promise<void> {
  const path = join(__dirname, '..', 'pipeline.schema.json');
  const config = await resolveConfig(path);
  writeFileSync(path, await format(JSON.stringify(pipelineJsonSchema()), { ...config, parser: 'json' }));
  console.log('wrote pipeline.schema.json');
  writeFileSync(NEON_TYPES, await neonTypes());
  console.log('wrote src/systems/neon/api.generated.ts');
  writeFileSync(join(__dirname, '..', SYSTEM_COLUMNS), systemColumns());
  console.log(`wrote ${SYSTEM_COLUMNS}`);
  writeFileSync(sampleFile, sampleScript());
  console.log('wrote local/compose/sample.sql');
  for (const [page, text] of Object.entries(await madePages())) {
    writeFileSync(join(__dirname, '..', page), text);
    console.log(`wrote ${page}`);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
