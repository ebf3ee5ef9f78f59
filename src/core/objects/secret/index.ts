import { used } from '../../destroy/used';
import { isManaged, keepOrAdopt, ownerWords, type PlanContext, planStep } from '../../plan/context';
import { writesSecret } from './writes';
import { ownerOf, writeMark } from '../../plan/ownership';
import type { PlanStep } from '../../plan/types';
import { commentOn } from '../../sql/items';
import type { GuideObject } from '../object';
import { itemIn, materialize } from '../script';
import { connectionDifferences } from '../connection/differences';
import { createSecret, dropSecret } from './statements';

function plan(context: PlanContext): PlanStep {
  const { spec, source, target } = context;
  const object = `secret ${spec.materialize.names.secret}`;
  const found = target.secret;
  if (found === null) {
    return planStep('secret', 'create', object, `store the password of ${spec.source.role.name} as ${object}`);
  }
  if (writesSecret(context) && isManaged(context, found.comment)) {
    const sentence = `store the password of ${spec.source.role.name} in ${object}: nothing has proved the value it has`;
    return planStep('secret', 'change', object, sentence, { changes: ['value: cannot be compared, set again'] });
  }
  const owner = ownerOf(found.comment, spec.name);
  const used = target.connection !== null && connectionDifferences(spec, source, target.connection).length === 0;
  if (owner.kind === 'us' || (owner.kind === 'nobody' && (context.established || used))) {
    const sentence = `${object} is there; its value cannot be read back`;
    return planStep('secret', keepOrAdopt(context, found.comment), object, sentence);
  }
  const sentence = `${object} exists, ${ownerWords(context, found.comment)}, and its value cannot be compared`;
  return planStep('secret', 'conflict', object, sentence, {
    changes: ['there: a secret nothing of this pipeline uses', `file: the password of ${spec.source.role.name}`],
  });
}

/** The role's password, which cannot be read back. */
export const secret: GuideObject = {
  name: 'secret',
  steps: [
    {
      id: 'secret',
      activity: 'ensureSecret',
      timeouts: 'quick',
      plan,
      script: (spec) => {
        const name = itemIn(spec)(spec.materialize.names.secret);
        return {
          comment: 'the role’s password',
          calls: [
            materialize(createSecret(name, '<password in base64>')),
            materialize(commentOn('SECRET', name, writeMark(spec.name))),
          ],
        };
      },
    },
  ],
  destroy: (context) => {
    const name = itemIn(context.spec)(context.spec.materialize.names.secret);
    return used(context, 'remove-secret', `secret ${name.name}`, context.target.secret, () => [`${dropSecret(name)};`]);
  },
  removals: [{ id: 'remove-secret', activity: 'removeSecret', timeouts: 'quick' }],
};
