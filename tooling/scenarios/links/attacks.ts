import { createTestAuthority } from '@entente/testkit';
import type { LinkNarrowing, ServerEntry, TopologyDocument } from '@entente/topology';
import { domain } from '../harness/authority-place.ts';
import type { Shown } from '../harness/impostor.ts';
import { type LinksNetwork, telephonyOf } from './links-network.ts';
import { absent, running, type SipLinkEnd, sipRows } from './sip-link-ends.ts';

/** What a peer that must be refused does at some ends. */
export interface AttackStage {
  readonly ends: (end: SipLinkEnd) => boolean;
  /** What a peer shows that dials the server of an end. */
  readonly dials: (network: LinksNetwork, end: SipLinkEnd) => Promise<Shown>;
  /** What an impostor shows in the place of a peer that the server of an end dials. */
  readonly answers: (network: LinksNetwork, peer: string) => Promise<Shown>;
  /** What the topology has become when a peer dials; a peer that is dialled was believed before. Default: nothing changes. */
  readonly topology?: (document: TopologyDocument) => Partial<TopologyDocument>;
}

/** A way in which a peer is not whom the topology lets in, and the reasons for which it is refused. */
export interface Attack {
  readonly what: string;
  readonly reasons: Readonly<Record<SipLinkEnd['end'], string>>;
  readonly stages: readonly AttackStage[];
}

const everywhere = () => true;
const names = (fqdn: string) => ({ dnsNames: [fqdn], uris: [`sip:${fqdn}`] });
const ownCertificate: Pick<AttackStage, 'dials' | 'answers'> = {
  dials: (network, { peer }) => network.certificate(peer),
  answers: (network, peer) => network.certificate(peer),
};

async function ofUnknownAuthority(fqdn: string): Promise<Shown> {
  return (await createTestAuthority('Unknown Root')).issue(names(fqdn));
}

/** Another server of ours, of another role. */
function anotherThan(peer: string): string {
  return (peer === absent.gateway ? absent['front-end'] : absent.gateway) as string;
}

/** Every row opened from one side alone. Between equals it has to be said who stands on which side. */
function openedBy(mayOpen: 'a' | 'b'): AttackStage {
  const links = sipRows.map(({ a: { parties }, condition, row }): LinkNarrowing => {
    const [role = 'front-end'] = parties;
    const sides = { a: [running[role] as string], b: [absent[role] as string] };
    return { row, mayOpen, ...(condition === undefined ? {} : sides) };
  });
  return {
    ...ownCertificate,
    ends: ({ end, side }) => (side === mayOpen) === (end === 'dialled'),
    topology: () => ({ links }),
  };
}

/** Servers that do not run have become web services, which speak no SIP. */
function withOtherRoles({ servers }: TopologyDocument): Partial<TopologyDocument> {
  const changed = new Set(Object.values(absent));
  return {
    servers: servers.map((server): ServerEntry => {
      const { fqdn, interfaces } = server;
      const address = interfaces?.internal?.address as string;
      if (!changed.has(fqdn)) return server;
      return { fqdn, role: 'web-services', interfaces: { internal: { address } } };
    }),
    telephony: telephonyOf(),
  };
}

/** All five, each at every end. */
export const attacks: readonly Attack[] = [
  {
    what: 'a certificate of an unknown CA',
    reasons: { dialled: 'unknown-issuer', dialling: 'unknown-issuer' },
    stages: [
      {
        ends: everywhere,
        dials: (_, { peer }) => ofUnknownAuthority(peer),
        answers: (_, peer) => ofUnknownAuthority(peer),
      },
    ],
  },
  {
    what: 'a wrong name',
    // Who dials asks for one name; who is dialled takes whatever name the topology has.
    reasons: { dialled: 'not-in-topology', dialling: 'name-mismatch' },
    stages: [
      {
        ends: everywhere,
        dials: ({ insider }) => insider.issue(names(`rogue.${domain}`)),
        answers: (network, peer) => network.certificate(anotherThan(peer)),
      },
    ],
  },
  {
    what: 'a revoked certificate',
    reasons: { dialled: 'revoked', dialling: 'revoked' },
    stages: [
      {
        ends: everywhere,
        dials: (network, { peer }) => network.revoked(peer),
        answers: (network, peer) => network.revoked(peer),
      },
    ],
  },
  {
    what: 'a wrong role',
    reasons: { dialled: 'role-not-allowed-on-link', dialling: 'role-not-allowed-on-link' },
    stages: [
      {
        ...ownCertificate,
        ends: ({ end }) => end === 'dialled',
        dials: (network, { peer }) => network.certificate(anotherThan(peer)),
      },
      // Where a server dials, a server of another role has another name, too: its role is wrong where it has changed.
      { ...ownCertificate, ends: ({ end }) => end === 'dialling', topology: withOtherRoles },
    ],
  },
  {
    what: 'a wrong direction',
    reasons: { dialled: 'direction-not-allowed', dialling: 'direction-not-allowed' },
    stages: [openedBy('a'), openedBy('b')],
  },
];
