import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MzError } from '../../../../local/materialize/contract';
import { grammarFault } from '../../../../local/materialize/sql/grammar';
import { parseStatement } from '../../../../local/materialize/sql/parse';
import { splitStatements } from '../../../../local/materialize/sql/tokens';
import { readRecording } from '../transcripts/recording';

const SCENARIOS = readdirSync(join(__dirname, '../../../transcripts'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''));

/** What the published parser, a newer version, takes and the recorded one did not. */
const TAKEN_SINCE = ['03-cluster: CREATE CLUSTER IF NOT EXISTS'];

it.each(SCENARIOS)('takes and refuses what the real server did: %s', (scenario) => {
  const asked = readRecording(scenario).flatMap((step) =>
    step.kind === 'statement' && step.on !== 'postgres' ? [step] : [],
  );
  const differing = asked.filter(({ sql, error }) => (grammarFault(sql) !== null) !== (error?.code === '42601'));
  const unexpected = differing
    .map(({ sql }) => `${scenario}: ${sql}`)
    .filter((text) => !TAKEN_SINCE.some((since) => text.startsWith(since)));
  expect(unexpected).toEqual([]);
});

it.each([
  ["SELECT 1 WHERE 'a' ~~ ANY ('{a}')", null],
  ['SELECT x FROM t FOR UPDATE', 22],
  ['SELECT x FROM ROWS FROM (a(), b()) WITH ORDINALITY', null],
  ['WITH RECURSIVE t AS (SELECT 1) SELECT * FROM t', 17],
  ["SELECT 'é', x FROM t TABLESAMPLE SYSTEM (1)", 35],
])('of what Postgres reads, the stand-in refuses what Materialize does: %s', (sql, position) => {
  const [text] = splitStatements(` ${sql}`);
  const refusal = (() => {
    try {
      if (text) parseStatement(` ${sql}`, text);
      return null;
    } catch (error) {
      if (error instanceof MzError) return { code: error.code, position: error.extra.position };
      throw error;
    }
  })();
  expect(refusal).toEqual(position === null ? null : { code: '42601', position });
});
