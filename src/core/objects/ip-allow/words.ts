import type { Entry } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const ipAllowWords: Record<string, Entry> = {
  'public-connections-blocked': [
    'The Neon project refuses connections over the internet, whatever its allow list says.',
    'Project settings, Networking.',
    'Allow public connections or use private networking.',
  ],
  'ip-allow-unknown': [
    'The allow list is in use and Materialize does not tell its addresses, so none can be added.',
    'SELECT * FROM mz_egress_ips;',
    'Add them by hand.',
  ],
};
