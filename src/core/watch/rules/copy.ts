/** Whether the copy equals its source, as far as comparisons found. */
import { always } from '../condition';
import type { WatchRule } from './rule';

export const copyRules: WatchRule[] = [
  {
    id: 'verify-differs',
    verdict: 'broken',
    needs: 'nothing',
    during: ['copying'],
    explanation: [
      'A comparison of both sides found rows that differ although nobody wrote them meanwhile. It stays until a comparison of all rows finds none, or the tables are copied again.',
      'n2m verify NAME names rows and columns; --show-values prints both values.',
      'Find out what left changes out (a publication that was narrowed, a restored server), then copy the tables again: take the table out of the file and apply, put it back and apply. Then n2m verify NAME.',
    ],
    look: ({ reading, spec, slot }) => {
      const { differs = null, slot: of = null } = reading.verified ?? {};
      // Another slot is another copy.
      if (differs === null || (of !== null && slot !== null && of !== slot)) return [];
      const where = differs.where.length === 0 ? '' : `: ${differs.where.join(', ')}`;
      return [
        {
          table: null,
          since: differs.at,
          severity: always('critical'),
          cause: () => `the copy is not what its source is${where}; ${differs.sentence}`,
          next: `n2m verify ${spec.name}`,
        },
      ];
    },
  },
];
