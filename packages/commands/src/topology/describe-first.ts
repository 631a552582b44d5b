import type { AnchorReference, TopologyDocument } from '@entente/topology';
import { counted } from './answer.ts';

/**
 * A first version for people: there is none to compare it with, so all that it trusts is listed.
 * @param document - version 1
 */
export function describeFirst(document: TopologyDocument): readonly string[] {
  const { administrators, anchors, partners = [], providers = [], servers } = document;
  const root = (owner: string) => (anchor: AnchorReference) =>
    `+ root ${anchor.name} of ${owner}, fingerprint ${anchor.sha256}`;
  return [
    `the first version of ${document.network}`,
    `${administrators.required} of ${counted(administrators.keys.length, 'administrator')} must sign: ${administrators.keys.map(({ id }) => id).join(', ')}`,
    ...(anchors?.enterprise ?? []).map(root(document.network)),
    ...(anchors?.federation ?? []).map(root('partners without roots of their own')),
    ...servers.map(({ fqdn, role }) => `+ ${role} ${fqdn}`),
    ...[...partners, ...providers].flatMap((partner) => [
      `+ ${'kind' in partner && partner.kind === 'blocked' ? 'blocked partner' : 'kind' in partner ? 'partner' : 'provider'} ${partner.id}: ${partner.domains.join(', ')}`,
      ...('anchors' in partner ? (partner.anchors ?? []).map(root(partner.id)) : []),
    ]),
  ];
}
