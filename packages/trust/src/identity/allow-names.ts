import { TrustFault } from '../fault.ts';
import { hostName } from '../names/host-name.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Authorise } from './authorise.ts';

/**
 * Allows exactly the named peers.
 *
 * @param names - DNS names (also hosts of `sip:` URIs), or URIs such as SPIFFE IDs; compared exactly, no wildcards
 * @returns an `authorise` that finds one of the peer's names on the list, or refuses with `not-in-topology`
 * @throws TrustFault `ENTENTE_BAD_ALLOW_LIST` for an entry that is neither: it could never match
 */
export function allowNames(names: readonly string[]): Authorise {
  const hosts = new Set<string>();
  const uris = new Set<string>();
  for (const name of names) {
    if (name.includes(':')) {
      uris.add(name);
      continue;
    }
    const host = hostName(name);
    if (host === undefined) {
      throw new TrustFault('ENTENTE_BAD_ALLOW_LIST', {
        sentence: `expected a DNS name or a URI in the allow list, found "${name}"`,
        place: 'allow list',
        remedy: 'write it like pool1.contoso.example or sip:contoso.example, without wildcard',
      });
    }
    hosts.add(host);
  }
  return (peer) => {
    const server =
      peer.dnsNames.find((name) => hosts.has(name)) ??
      peer.sipDomains.find((name) => hosts.has(name)) ??
      peer.uris.find((uri) => uris.has(uri));
    if (server !== undefined) return { ok: true, server };
    const found = [...peer.dnsNames, ...peer.sipDomains, ...peer.uris];
    return { ok: false, rejection: reject('not-in-topology', { names: found }) };
  };
}
