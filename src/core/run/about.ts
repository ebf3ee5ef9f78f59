/** What a kind of workflow is for, as the Temporal UI says it. */

const plan = (name: string): string =>
  `Reads both systems of pipeline **${name}** and says what would be done. Changes nothing.`;

/** What a workflow is for, as its page in the Temporal UI says it beside the current details. */
const PURPOSE: Record<string, (pipeline: string) => string> = {
  replicate: (name) =>
    `Sets pipeline **${name}** up as its file says: tables of a Postgres database, kept in Materialize.`,
  planReplication: plan,
  planDestruction: plan,
  planRotation: plan,
  planRepair: plan,
  checkReplication: (name) =>
    `Looks at both sides of pipeline **${name}**, gives one verdict, tells people when it changes.`,
  verifyReplication: (name) =>
    `Compares the tables of pipeline **${name}** on both sides, row by row where they differ. Changes nothing.`,
  destroyReplication: (name) => `Takes down what pipeline **${name}** made, then proves that its slot is gone.`,
  rotateReplication: (name) => `Gives the replication role of pipeline **${name}** a new password.`,
  repairReplication: (name) => `Mends what the watch of pipeline **${name}** found broken.`,
};

/** Changes something, so it can wait for a person and be cancelled between two steps. */
const CHANGES = ['replicate', 'destroyReplication', 'rotateReplication', 'repairReplication'];

/** Markdown for Temporal's fixed details of a workflow: for somebody who has never seen one of its kind. */
export function aboutWorkflow(type: string, pipeline: string): string {
  const purpose = PURPOSE[type]?.(pipeline) ?? `Works on pipeline **${pipeline}**.`;
  return [
    purpose,
    '',
    '- *Current Details* say where it stands, and what it asks for.',
    // A check is over within a moment, and comes every minute.
    ...(type === 'checkReplication'
      ? []
      : [
          '- *Timeline* has a bar for each step; *Pending Activities* what is done right now, with its newest numbers.',
        ]),
    `- In a terminal: \`n2m status ${pipeline}\`.`,
    ...(CHANGES.includes(type) ? [`- To stop it between two steps: \`n2m cancel ${pipeline}\`.`] : []),
  ].join('\n');
}
