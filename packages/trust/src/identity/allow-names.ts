import { isTexts } from '@entente/options';
import { ipAddress, ipText } from '@entente/x509';
import { TrustFault } from '../fault.ts';
import { misuse } from '../misuse.ts';
import { hostName } from '../names/host-name.ts';
import { reject } from '../reasons/catalogue.ts';
import type { Authorise } from './authorise.ts';

/**
 * Allows exactly the named peers.
 *
 * @param names - DNS names (also hosts of `sip:` URIs), URIs such as SPIFFE IDs, or IP addresses, in any of their spellings; compared
 * exactly, no wildcards. An address is looked for in the certificate (iPAddress, RFC 5280 §4.2.1.6): where a peer is does not count
 * @returns an `authorise` that finds one of the peer's names on the list, or refuses with `not-in-topology`
 * @throws TrustFault `ENTENTE_BAD_ALLOW_LIST` for an entry that is none of them: it could never match
 */
export function allowNames(names: readonly string[]): Authorise {
  if (!isTexts(names)) throw misuse('ENTENTE_BAD_ALLOW_LIST', 'allow list', 'a list of names', names);
  const hosts = new Set<string>();
  const uris = new Set<string>();
  const addresses = new Set<string>();
  for (const name of names) {
    const address = ipAddress(name);
    if (address !== undefined) {
      addresses.add(ipText(address));
      continue;
    }
    if (name.includes(':')) {
      uris.add(name);
      continue;
    }
    const host = hostName(name);
    if (host === undefined) {
      throw new TrustFault('ENTENTE_BAD_ALLOW_LIST', {
        sentence: `expected a DNS name, a URI or an IP address in the allow list, found "${name}"`,
        place: 'allow list',
        remedy: 'write it like pool1.contoso.example, sip:contoso.example or 192.0.2.1, without wildcard',
      });
    }
    hosts.add(host);
  }
  return (peer) => {
    const server =
      peer.dnsNames.find((name) => hosts.has(name)) ??
      peer.sipDomains.find((name) => hosts.has(name)) ??
      peer.uris.find((uri) => uris.has(uri)) ??
      peer.ipAddresses?.find((address) => addresses.has(address));
    if (server !== undefined) return { ok: true, server };
    const found = [...peer.dnsNames, ...peer.sipDomains, ...peer.uris, ...(peer.ipAddresses ?? [])];
    return { ok: false, rejection: reject('not-in-topology', { names: found }) };
  };
}
