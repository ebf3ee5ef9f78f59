import { z } from 'zod';
import { fileSchema } from './file-schema';

/** JSON Schema (2020-12) of the pipeline file, for editors; published as pipeline.schema.json. */
export function pipelineJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-2020-12' });
}
