import { recordName } from '../names';
import type { RoleSpec, TableSelection } from '../spec/types';
import type { TableName } from '../sql/upstream';
import type { Near, Other, RecordPlace } from './other';
import type { Others, Unread } from './others';

/** A database, seen from ours. */
export interface Place {
  near: Near;
  branch: string | null;
  database: string;
}

/** A publication whose comment says that it is another pipeline's. */
export interface MarkFound {
  pipeline: string;
  place: Place;
  publication: string;
  /** We may comment on it. */
  ours: boolean;
  tables: TableName[];
  added: string[];
}

/** Another pipeline's file, as its schedule in Temporal tells it. */
export interface WatchFound {
  pipeline: string;
  /** Null: on another server. `untold`: on which it is could not be told, so that a mark decides. */
  place: Place | null | 'untold';
  role: RoleSpec;
  neon: boolean;
  publication: string;
  tables: TableSelection;
}

/** A connection of Materialize to the same server or project, or a source over it. */
export interface ReaderFound {
  who: string;
  /** By its mark; null for what people made. */
  pipeline: string | null;
  near: Near;
  role: string;
  publication: string;
  tables: TableName[];
}

export interface Evidence {
  marks: MarkFound[];
  watches: WatchFound[];
  readers: ReaderFound[];
  /** Pipelines whose connection in Materialize leads elsewhere. */
  elsewhere: string[];
  /** Slots of Materialize's that somebody else reads now, anywhere in the project. */
  slots: string[];
  /** Pipelines whose file could not be read from Temporal. */
  sealed: { pipeline: string; why: string }[];
  unread: Unread[];
}

/** What is known of everybody else, put together: a mark says where, a file as whom and what, Materialize both. */
export function othersIn(evidence: Evidence): Others {
  const { marks, watches, readers, elsewhere, slots, sealed, unread } = evidence;
  const known = [
    ...marks.map((mark) => ofMark(mark, evidence)),
    ...watches.flatMap((watch) => ofWatch(watch, marks)),
    ...readers.map((reader) => ofReader(reader, evidence)),
    ...slots.map((slot) => ofSlot(slot)),
  ];
  const placed = (pipeline: string) =>
    elsewhere.includes(pipeline) || readers.some((reader) => reader.pipeline === pipeline);
  return {
    known,
    unread: [
      ...unread,
      ...sealed
        .filter(({ pipeline }) => !placed(pipeline))
        .map(({ pipeline, why }) => ({
          what: `what pipeline ${pipeline} reads could not be read: ${why}`,
          near: 'database' as const,
        })),
    ],
  };
}

const samePlace = (a: Place, b: WatchFound['place']): boolean =>
  b === 'untold' || (b !== null && a.near === b.near && a.branch === b.branch && a.database === b.database);

const recordAt = ({ place, publication, ours, added }: MarkFound): RecordPlace | null =>
  ours ? { branch: place.branch, database: place.database, publication, exists: true, holds: added } : null;

const who = (pipeline: string): string => `pipeline ${pipeline}`;

function ofMark(mark: MarkFound, { watches, readers }: Evidence): Other {
  const { pipeline, place, tables } = mark;
  const watch = watches.find((one) => one.pipeline === pipeline);
  // A file that leads elsewhere says nothing about this mark, which may be of a namesake or of an earlier file.
  const here = watch !== undefined && samePlace(place, watch.place) ? watch : null;
  const read = readers.find((one) => one.pipeline === pipeline && one.near === place.near);
  return {
    ...{ who: who(pipeline), pipeline, near: place.near },
    role: here?.role.name ?? (watch === undefined ? (read?.role ?? null) : null),
    via: here?.role.via ?? null,
    neon: here?.neon ?? null,
    publication: here?.publication ?? read?.publication ?? null,
    ...(here === null ? { tables, selection: null } : withSelection(tables, here.tables)),
    record: watch === undefined || here !== null ? recordAt(mark) : null,
  };
}

function withSelection(tables: TableName[], selection: TableSelection): Pick<Other, 'tables' | 'selection'> {
  if (selection.kind !== 'list') return { tables, selection };
  return { tables: [...tables, ...selection.tables.map(({ schema, name }) => ({ schema, name }))], selection: null };
}

/** Only where no mark tells the same: everything it needs was there before. */
function ofWatch({ pipeline, place, role, neon, publication, tables }: WatchFound, marks: MarkFound[]): Other[] {
  if (
    place === null ||
    place === 'untold' ||
    marks.some((mark) => mark.pipeline === pipeline && samePlace(mark.place, place))
  )
    return [];
  const { branch, database, near } = place;
  return [
    {
      ...{ who: who(pipeline), pipeline, near, role: role.name, via: role.via, neon, publication },
      ...withSelection([], tables),
      record: { branch, database, publication: recordName(pipeline), exists: false, holds: [] },
    },
  ];
}

/** What a source of a pipeline reads is that pipeline's need; where its record is, its mark says. */
function ofReader(
  { pipeline, near, role, publication, tables, ...reader }: ReaderFound,
  { marks, watches }: Evidence,
): Other {
  const mark = marks.find((one) => one.pipeline === pipeline && one.place.near === near);
  const watch = watches.find((one) => one.pipeline === pipeline);
  return {
    ...{
      who: pipeline === null ? reader.who : who(pipeline),
      pipeline,
      near,
      role,
      publication,
      tables,
      selection: null,
    },
    ...{ via: watch?.role.via ?? null, neon: watch?.neon ?? null },
    record: mark && (watch === undefined || samePlace(mark.place, watch.place)) ? recordAt(mark) : null,
  };
}

/** Somebody comes from an address that has to stay allowed; more is not known. */
const ofSlot = (slot: string): Other => ({
  ...{ who: `whoever reads slot ${slot}`, pipeline: null, near: 'project', role: null, via: null, neon: null },
  ...{ publication: null, tables: [], selection: null, record: null },
});
