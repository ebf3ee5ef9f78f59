import { type DestroyContext, type Shared, shared, UNTOUCHED } from '../../destroy/context';
import { keptSteps } from '../../destroy/kept-steps';
import { leave, remove } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import { missingEntries } from '../../ip';
import { listed, type PlanContext, planStep } from '../../plan/context';
import type { PlanStep } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import type { GuideObject } from '../object';
import { materialize, neon, type Script } from '../script';
import { ipAllowFindings } from './findings';
import { recordedAddresses } from './recorded';
import { ipAllowWords } from './words';

function plan({ source, target }: PlanContext): PlanStep {
  const { neon } = source;
  const object = 'IP Allow list';
  if (neon === null) return planStep('ip-allow', 'keep', object, 'not a Neon project: its firewall is yours');
  if (neon.allowedIps.length === 0) return planStep('ip-allow', 'keep', object, 'the IP Allow list is not in use');
  if (neon.allowedIpsProtectedBranchesOnly && !neon.branchProtected) {
    return planStep('ip-allow', 'keep', object, `the IP Allow list does not apply to branch ${neon.branchName}`);
  }
  const missing = missingEntries(neon.allowedIps, target.egressCidrs);
  if (missing.length === 0) {
    return planStep('ip-allow', 'keep', object, 'the IP Allow list has the addresses Materialize comes from');
  }
  const sentence = `add the addresses Materialize comes from to the IP Allow list: ${listed(missing)}`;
  return planStep('ip-allow', 'change', object, sentence, { changes: missing.map((cidr) => `add ${cidr}`) });
}

function script({ source }: PipelineSpec): Script | null {
  if (source.kind !== 'neon') return null;
  return {
    comment: 'only where the project has an IP allow list: what is there and Materialize’s addresses',
    calls: [
      materialize('SELECT cidr FROM mz_catalog.mz_egress_ips'),
      neon(
        `PATCH /projects/${source.project} {"project":{"settings":{"allowed_ips":{"ips":["<what is there>","<each cidr>"]}}}}`,
      ),
    ],
  };
}

function removal({ found, known }: Shared): DestroyStep[] {
  if (!found.neon) return [];
  const { allowedIps } = found.neon;
  const { take, kept } = recordedAddresses(found, known);
  const object = 'IP Allow entries';
  const ours = take.map(({ cidr }) => cidr);
  const byHand = (cidrs: string[]) => [`remove ${cidrs.join(', ')} from the IP Allow list in the Neon console`];
  const stay = keptSteps('remove-ips', object, kept, found, (entry) =>
    entry.kind === 'ip' ? byHand([entry.cidr]) : [],
  );
  if (ours.length === 0) return stay;
  if (allowedIps.every((entry) => ours.includes(entry))) {
    const why = 'without them the list would be empty and allow everybody';
    return [leave('remove-ips', object, why, byHand(ours)), ...stay];
  }
  return [
    remove('remove-ips', object, `take the entries n2m added out of the IP Allow list: ${ours.join(', ')}`, {
      changes: ours.map((cidr) => `remove ${cidr}`),
      run: byHand(ours),
    }),
    ...stay,
  ];
}

function left({ source }: PipelineSpec, cidrs: string[]): DestroyStep[] {
  if (source.kind !== 'neon' || cidrs.length === 0) return [];
  const run = [`remove ${cidrs.join(', ')} from the IP Allow list in the Neon console, if nobody else needs them`];
  return [leave('remove-ips', 'IP Allow entries', UNTOUCHED, run)];
}

function destroy(context: DestroyContext): DestroyStep[] {
  if (context.source === null) return left(context.spec, context.target.egressCidrs);
  return context.sourceStays ? [] : removal(shared(context, context.source));
}

/** The addresses Materialize comes from, in the project's list; never the only ones. */
export const ipAllow: GuideObject = {
  name: 'IP Allow list',
  recorded: true,
  steps: [{ id: 'ip-allow', activity: 'allowEgressIps', timeouts: 'slow', plan, script }],
  findings: ipAllowFindings,
  words: ipAllowWords,
  destroyUpstream: destroy,
  handsOver: (_, found, known) => recordedAddresses(found, known).kept,
  removals: [{ id: 'remove-ips', activity: 'removeIps', timeouts: 'slow' }],
};
