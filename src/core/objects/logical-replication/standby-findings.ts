import { blocking, info, type FindingContext, type Rule, statements, warning } from '../../plan/rule';
import { grantLogRunning, hotStandbyFeedback, primarySlot, primarySlotName, reloadSettings } from './statements';

/** From which Materialize says that it reads standbys, and Postgres makes slots there. */
const READS_STANDBYS = 2_603_000;
const SLOTS_ON_STANDBYS = 160_000;

const KEY = 'source.primary';

/** Where settings are those of the standby, for sentences about them. */
export const ofStandby = ({ source }: Pick<FindingContext, 'source'>): string =>
  source.replica === undefined ? '' : ' of the standby';

/** What keeps Materialize from reading a standby, of either version. */
function tooOld({ source, target }: Pick<FindingContext, 'source' | 'target'>): string[] {
  const oldest = Math.min(source.versionNum, source.replica?.versionNum ?? source.versionNum);
  return [
    ...(oldest < SLOTS_ON_STANDBYS
      ? [`Postgres ${Math.floor(oldest / 10_000)} makes no slots there, 16 and later do`]
      : []),
    ...(target.versionNum < READS_STANDBYS ? [`Materialize ${target.version} reads none, v26.30 and later do`] : []),
  ];
}

/** Where a standby is named alone, what would let Materialize read it. */
export function standbyAlone(context: FindingContext): { sentence: string; fix: string } {
  const { primary } = context.source;
  const is = 'the server is a standby (it is in recovery): it takes no role, grant, replica identity or publication';
  const where = primary === null ? 'its primary' : `its primary, which is ${primary} for the standby`;
  const old = tooOld(context);
  if (old.length > 0) {
    return { sentence: `${is}; Materialize cannot read it: ${old.join('; ')}`, fix: `let source.url lead to ${where}` };
  }
  const both = `${KEY}: env:N2M_SECRET_PRIMARY_URL`;
  const sentence = `${is}, and the file does not name its primary`;
  return { sentence, fix: `${both} -- the URL of ${where}; or let source.url lead there` };
}

/** A standby that Materialize is to read, and the primary that the file names for it. */
export const standbyFindings: Record<string, Rule> = {
  'primary-needless': ({ source }) =>
    source.replica?.standby === false
      ? [
          blocking(
            KEY,
            'source.url leads to a primary (it is not in recovery): there is nothing that another server would have to do for it',
            `take ${KEY} out of the file; where a failover made it the primary, n2m repair copies its tables again after that`,
          ),
        ]
      : [],

  'primary-elsewhere': ({ source }) => {
    const { replica, standby, primary } = source;
    if (!replica?.standby) return [];
    const fix = `let ${KEY} lead to the primary of the standby (there: SELECT sender_host, sender_port FROM pg_stat_wal_receiver;)`;
    if (standby) {
      const of = primary === null ? '' : `, of ${primary}`;
      return [blocking(KEY, `${KEY} leads to a standby as well${of}: it takes nothing that has to be set up`, fix)];
    }
    if (replica.sameSystem !== false) return [];
    return [blocking(KEY, `${KEY} leads to another system than the one that source.url leads to a standby of`, fix)];
  },

  'standby-too-old': (context) => {
    if (!context.source.replica?.standby) return [];
    const old = tooOld(context);
    if (old.length === 0) return [];
    const fix = `let source.url lead to the primary, and take ${KEY} out of the file`;
    return [blocking('server', `Materialize cannot read a standby here: ${old.join('; ')}`, fix)];
  },

  'standby-unprotected': ({ source }) => {
    const { replica } = source;
    if (!replica?.standby) return [];
    const feedback = statements(hotStandbyFeedback(), reloadSettings());
    const slot = statements(primarySlotName(), reloadSettings());
    const making = `on the primary: ${statements(primarySlot())} on the standby: ${slot}`;
    const lost = 'the slot is lost then, and every table has to be copied again';
    if (!replica.feedback) {
      const sentence = `hot_standby_feedback is off: a few dropped tables and a vacuum on the primary remove rows that the slot on the standby needs; ${lost}`;
      const more = replica.physicalSlot === null ? `\n${making}` : '';
      return [warning('hot_standby_feedback', sentence, `on the standby: ${feedback}${more}`)];
    }
    if (replica.physicalSlot !== null) return [];
    const sentence = `the standby has no slot on its primary (primary_slot_name): while it is away, a vacuum there may remove rows that its own slot needs; ${lost}`;
    return [warning('primary_slot_name', sentence, making)];
  },

  'standby-snapshots': ({ source }) => {
    const { replica, user } = source;
    if (!replica?.standby || replica.mayLogRunning) return [];
    const sentence = `${user.name} may not call pg_log_standby_snapshot on the primary: while nothing is written there, a slot on the standby is not made`;
    const fix = `as a superuser on the primary: ${statements(grantLogRunning(user.name))}`;
    return [info(`role ${user.name}`, sentence, fix)];
  },
};
