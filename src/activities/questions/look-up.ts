import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { Answer, Choice, Question } from '../../core/lookup/types';
import { writeTable } from '../../core/spec/identifiers';
import { specSchema } from '../../core/spec/spec-schema';
import { STARTER_REFERENCES } from '../../core/spec/starter';
import { scrubbed, toSystemError } from '../../systems/errors';
import { connectMaterialize, listClusters, readSizes } from '../../systems/materialize';
import type { NeonClient } from '../../systems/neon';
import { listTables } from '../../systems/postgres';
import { withClient, type SqlClient } from '../../systems/sql-client';
import { activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { text } from '../support/inputs';
import { connectOptions, withSource } from '../support/sessions';

const asked = z.looseObject({ what: text, spec: specSchema.optional() }) as unknown as z.ZodType<Question>;

/** Answers a question of `n2m init`. Every failure is a value: the person is asked instead. */
export const lookUp = activity({ input: asked, reads: true }, async (deps, question): Promise<Answer> => {
  try {
    return { ok: true, choices: await choicesOf(deps, question) };
  } catch (error) {
    return { ok: false, failure: scrubbed(toSystemError(error, 'worker', question.what), deps.secrets.known()).info };
  }
});

async function choicesOf(deps: Deps, question: Question): Promise<Choice[]> {
  switch (question.what) {
    case 'projects':
      return (await (await neon(deps)).listProjects()).map(({ id, name, organization }) =>
        choice(id, organization === null ? name : `${name}, of ${organization}`),
      );
    case 'branches':
      return (await (await neon(deps)).listBranches(question.project)).map((branch) => ({
        value: branch.name,
        note: branch.protected ? 'protected' : null,
        usual: branch.default,
      }));
    case 'databases': {
      const client = await neon(deps);
      const branch = await client.resolveBranch(question.project, question.branch);
      return (await client.listDatabases(question.project, branch.id)).map(({ name }) => choice(name));
    }
    case 'tables':
      return withSource(deps, question.spec, async ({ client }) =>
        (await listTables(client, { kind: 'all', aliases: [] })).map((table) => choice(writeTable(table))),
      );
    case 'clusters':
      return (await inMaterialize(deps, listClusters)).map((name) => choice(name));
    case 'sizes':
      return (await inMaterialize(deps, readSizes)).sizes.map((size) => choice(size));
  }
}

async function inMaterialize<T>(deps: Deps, read: (client: SqlClient) => Promise<T>): Promise<T> {
  const url = await deps.secrets.resolve(STARTER_REFERENCES.materialize, 'materialize-url');
  return withClient(connectMaterialize(url, connectOptions(deps)), read);
}

async function neon(deps: Deps): Promise<NeonClient> {
  const apiKey = await deps.secrets.resolve(STARTER_REFERENCES.neon, 'api-key');
  return deps.neon(apiKey, { signal: Context.current().cancellationSignal });
}

const choice = (value: string, name = value): Choice => ({ value, note: name === value ? null : name, usual: false });
