import type { Certificate } from '@entente/x509';
import { dnsName, hostName } from '../names/host-name.ts';
import { sipUri } from '../names/uri-host.ts';

/** The names of a leaf that count as identities, each once. */
export interface LeafNames {
  readonly dnsNames: readonly string[];
  readonly sipDomains: readonly string[];
  readonly uris: readonly string[];
  readonly ipAddresses: readonly Uint8Array[];
  readonly emailAddresses: readonly string[];
  /** Whether the certificate contains any `sip:` URI, with or without user. @see RFC 5922 §7.1 */
  readonly hasSipUri: boolean;
}

/** Reads the names of a leaf. Malformed names identify nothing and are left out. */
export function leafNames(leaf: Certificate): LeafNames {
  const dnsNames: string[] = [];
  const sipDomains: string[] = [];
  const uris: string[] = [];
  const ipAddresses: Uint8Array[] = [];
  const emailAddresses: string[] = [];
  let hasSipUri = false;
  for (const name of leaf.subjectAltName ?? []) {
    if (name.type === 'dns') {
      const dns = dnsName(name.value);
      if (dns !== undefined) addOnce(dnsNames, dns.name);
    } else if (name.type === 'uri') {
      addOnce(uris, name.value);
      const sip = sipUri(name.value);
      if (sip === undefined || sip.secure) continue;
      hasSipUri = true;
      if (sip.hasUser) continue;
      // A server's certificate carries each name twice, as DNS name and as URI: a name that was read is not read again.
      const host =
        isPlain(sip.host) && dnsNames.length <= few && dnsNames.includes(sip.host)
          ? sip.host
          : hostName(sip.host);
      if (host !== undefined) addOnce(sipDomains, host);
    } else if (name.type === 'ip') ipAddresses.push(name.bytes);
    else if (name.type === 'email') addOnce(emailAddresses, name.value);
  }
  return {
    dnsNames: distinct(dnsNames),
    sipDomains: distinct(sipDomains),
    uris: distinct(uris),
    ipAddresses,
    emailAddresses: distinct(emailAddresses),
    hasSipUri,
  };
}

/** Whether a dNSName is a host name and not a wildcard. */
function isPlain(text: string): boolean {
  return text.charCodeAt(0) !== 0x2a;
}

/** Up to this many names are compared one by one; thousands of names must not cost quadratic time. */
const few = 32;

function addOnce(list: string[], value: string): void {
  if (list.length >= few || !list.includes(value)) list.push(value);
}

function distinct(list: string[]): readonly string[] {
  return list.length < few ? list : [...new Set(list)];
}
