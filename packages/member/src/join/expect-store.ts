import type { OutboundOptions } from '@entente/tls';
import { authoriseStore, links, type StoreEntry } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import type { Member } from './member.ts';

/** How a store of the topology is judged. */
export interface StoreExpectation extends Pick<OutboundOptions, 'allow' | 'identity' | 'link' | 'trust'> {
  /** The exact FQDN of the store, in a dNSName or as the host of a `sip:` URI. */
  readonly expect: { readonly mode: 'host'; readonly name: string };
}

/**
 * How a store of the topology is judged: by the trust of the domain, for its own name, and as long as the topology lists it (row 18). The
 * same holds for a connection that is open.
 * @param member - whose trust and topology count
 * @param name - FQDN of the store
 * @param kind - what it has to be
 * @returns for `connect` of `@entente/tls`
 */
export function expectStore(
  member: Pick<Member, 'identity' | 'topology' | 'trust'>,
  name: string,
  kind: StoreEntry['kind'],
): StoreExpectation {
  return {
    trust: member.trust,
    identity: member.identity,
    link: { name: links.serverToStore.name, interface: 'internal' },
    expect: { mode: 'host', name },
    allow: authoriseStore(() => member.topology, name, kind) as Authorise,
  };
}
