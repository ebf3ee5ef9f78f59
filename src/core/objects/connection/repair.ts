import { stop } from '../../repair/stop';
import type { Remedies } from '../../repair/types';
import { connectionDifferences } from './differences';

/** One that leads to another server than the file shows what is wrong there. */
export const connectionRemedies: Remedies = {
  stops: ({ spec, facts, connection }) => {
    const { connection: name } = spec.materialize.names;
    const differences = connection ? connectionDifferences(spec, facts, connection) : [];
    if (differences.length === 0) return [];
    const sentence = `connection ${name} leads elsewhere than the file: ${differences.join(', ')}`;
    return [stop('other-upstream', name, sentence, 'n2m apply FILE changes the connection; repair after that')];
  },
};
