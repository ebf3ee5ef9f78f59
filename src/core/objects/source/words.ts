import { type Entry, PLAN } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const sourceWords: Record<string, Entry> = {
  'materialize-version': ['Older than any release n2m was tried with.', 'SELECT mz_version();', 'Upgrade.'],
  'exclude-columns': [
    'This release cannot leave columns out.',
    'SELECT mz_version();',
    'Upgrade, or leave the table out.',
  ],
  'exclude-constraints': [
    'A table made without a constraint outlives that the constraint is dropped upstream; every other table ends at it. Materialize takes this from v26.42 on, for source tables, and for names that are primary keys or unique constraints of the table; NOT NULL has no name of its own, so that only all of them together can be left out.',
    'SELECT mz_version(); and upstream: SELECT conname FROM pg_constraint WHERE contype IN ($$p$$, $$u$$);',
    'Upgrade Materialize, set materialize.syntax: tables, or correct source.excludeConstraints.',
  ],
  'syntax-refused': ['This region takes source tables only.', 'SHOW force_source_table_syntax;', 'syntax: auto'],
  'older-syntax': [
    'The source was made in the form of before v26.25, with subsources. With tables of its own, columns change without a pause; the way there makes the source again and copies everything.',
    'SHOW CREATE SOURCE …; an older one ends in EXPOSE PROGRESS AS …',
    'Set materialize.syntax: tables, then n2m apply, which asks for recreate-source with the price. Or leave it: it is supported. materialize.syntax: subsources silences this.',
  ],
  'upstream-moved': [
    'The file leads to another server, database or Neon branch than the source reads: its slot is not there, and its history does not go on there.',
    'SELECT slot_name FROM pg_replication_slots; on both servers.',
    'Let apply copy everything again, or put the old address back into the file. See that the old slot is gone: it holds WAL.',
  ],
  'limit-reached': [
    'A limit of the region would be exceeded.',
    'SHOW max_sources; SHOW max_tables; SHOW max_objects_per_schema;',
    'Ask for more.',
  ],
  'source-stalled': ['The source reports an error.', 'n2m status NAME', 'Mend what it says.'],
  'adopted-extra-tables': ['An adopted source has more tables than the file.', PLAN, 'Nothing: they are left alone.'],
};
