import { authorisePartner } from '@entente/federation';
import { sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import type { LinkContext, PeerIdentity } from '@entente/trust';
import { expect, it } from 'vitest';

const partners = [{ kind: 'allowed-domain' as const, id: 'fabrikam', domains: ['fabrikam.example'] }];
const peer = { dnsNames: ['fabrikam.example'], sipDomains: [] } as unknown as PeerIdentity;
const { name, row } = links.federation;

it.each([
  ['a', 'allowed', 'direction-not-allowed'],
  ['b', 'direction-not-allowed', 'allowed'],
] as const)(
  'a connection with a partner stays where side %s alone opens the link, if that has opened it',
  (side, ours, theirs) => {
    const topology = sampleTopology({ partners, links: [{ row, mayOpen: side }] });
    const allow = authorisePartner(() => topology, 'edge1.contoso.example');
    const found = (direction: LinkContext['direction'], purpose: LinkContext['purpose']) => {
      const answer = allow(peer, { name, direction, interface: 'external', purpose });
      return answer.ok ? 'allowed' : answer.rejection.reason;
    };
    expect([found('outbound', 'server'), found('inbound', 'client')]).toEqual([ours, theirs]);
  },
);
