import { reasons } from '../core/destroy/kept-steps';
import { recordedAddresses } from '../core/objects/ip-allow/recorded';
import { missingEntries } from '../core/ip';
import { plural } from '../core/text/count';
import { readEgressCidrs } from '../systems/materialize';
import { withDestroySource } from './destroy/facts';
import { neonFacts } from './plan/observe';
import { APPLY, DESTROY, activity } from './support/activity';
import { done } from './support/ensure';
import { destroy, step } from './support/inputs';
import { recordAdded } from './support/record';
import { needNeon, withMaterialize, withSource } from './support/sessions';

/** Union of what is there and where Materialize comes from; an empty list is not in use and stays empty. */
export const allowEgressIps = activity({ input: step, callers: APPLY }, async (deps, { spec }) => {
  const object = 'IP Allow list';
  const cidrs = await withMaterialize(deps, spec, readEgressCidrs);
  return withSource(deps, spec, async (session) => {
    const { neon, project } = needNeon(spec, session);
    const allowed = (await neonFacts(spec, neon))?.allowedIps ?? [];
    if (allowed.length === 0) return done('kept', object, 'the IP Allow list is not in use');
    const missing = missingEntries(allowed, cidrs);
    // Recorded before it is done: an entry that was added and not recorded would stay behind for ever.
    await recordAdded(
      session.client,
      spec,
      missing.map((cidr) => ({ kind: 'ip', cidr })),
    );
    if (missing.length > 0) await neon.addAllowedIps(project, missing);
    return done('changed', object, `${plural(missing.length, 'address block')} of Materialize added`);
  });
});

/** Exactly the recorded entries that nobody else needs by now; the client refuses to leave the list empty. */
export const removeIps = activity({ input: destroy, callers: DESTROY }, (deps, { spec, plan }) => {
  const object = 'IP Allow entries';
  return withDestroySource(deps, { spec, plan }, 'project', async (session, look) => {
    const { neon, project } = needNeon(spec, session);
    const { found, known } = await look();
    const { take, kept } = recordedAddresses(found, known);
    const cidrs = take.map(({ cidr }) => cidr);
    await neon.removeAllowedIps(project, cidrs);
    if (cidrs.length === 0 && kept.length > 0) return done('kept', object, reasons(kept));
    return done('dropped', object, `${cidrs.join(', ')} removed from the IP Allow list`);
  });
});
