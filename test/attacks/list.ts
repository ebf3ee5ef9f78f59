/**
 * What each attacker tries, and what it is after: `{ [attacker]: { [try]: aim } }`. One file of tests per attacker makes every
 * one of them, see `tries.ts`; the README's table is made from this.
 */
export const TRIES = {
  'a role that may create in public': {
    'a function that fits better than the catalog’s: json_build_object(text, boolean, …)':
      'running as the worker’s login',
    'a function that takes text for a name: obj_description(oid, text)': 'running as the worker’s login',
    'every function n2m calls, with the same arguments': 'running as the worker’s login',
    'operators for the types that n2m compares': 'running as the worker’s login',
    'domains with a check, by the names of the types that n2m casts to': 'running as the worker’s login',
    'views by the names of the catalog: pg_publication, pg_class, …': 'running as the worker’s login',
  },
  'a role that may create in the database': {},
  'the owner of a replicated table': {
    'a line break and a line of its own in the name': 'the words of n2m',
    'marks that turn the direction of the rest of the line': 'the words of n2m',
    'terminal sequences in the name': 'the terminal of whoever looks',
    'our own colours in the name': 'the terminal of whoever looks',
    'a name that looks like another one': 'the words of n2m',
    'a name that calls everybody in a channel': 'the people of a chat',
    'a link in the name': 'the people of a chat',
    'markup in the name': 'the pages of Temporal',
    'any text at all': 'the screen of whoever looks',
  },
  'whoever answers a webhook': {
    'a gzip answer that unpacks to 1 GB': 'the memory of the worker',
    'a body without end': 'the memory of the worker',
    'headers without end': 'the memory of the worker',
    'an answer that comes a byte at a time': 'the time of a check',
    'a connection that is taken and never answered': 'the time of a check',
    'a handshake that never ends': 'the time of a check',
    'a name server that never answers': 'the time of a check',
    'answers before the answer, without end': 'the time of a check',
    'another protocol in place of an answer': 'the time of a check',
    'a Retry-After of a century': 'the next alert',
    'a redirect to the metadata service': 'the network of the worker',
    'a redirect to a file': 'the files of the worker',
    'a host name that leads to the worker itself': 'the network of the worker',
    'a host name that leads elsewhere once it was checked': 'the network of the worker',
    'a host name with a public and a private address': 'the network of the worker',
    'addresses written so that they do not look like it': 'the network of the worker',
    'http in place of https': 'the text of an alert on its way',
    'the certificate of somebody else': 'the text of an alert on its way',
    'a status line and headers that would write into the log': 'the log of the worker',
  },
  'whoever may start workflows': {
    'reachableAt names a server of the attacker': "a role's password",
    "the worker's Neon API key as the password of a given role": 'the Neon API key',
    'the connection URL of the owner as the password of a given role': "the owner's password",
    'a key of the codec as the password of a given role': "the codec's keys",
    'a key of the codec under another name': "the codec's keys",
    'any other value of the worker as the password of a given role': 'any secret of the worker',
    'any value where the server asks for no password': 'any secret of the worker',
    'each kind of secret in the place of each other kind': 'any secret of the worker',
    'a rotation through a connection that leads elsewhere': "a role's password",
  },
} as const satisfies Record<string, Record<string, string>>;

export type Attacker = keyof typeof TRIES;
