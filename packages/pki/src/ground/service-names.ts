import { type CertificateNames, ipAddress, ipText } from '@entente/x509';
import { isHostName } from './host-name.ts';

/** The one name of a machine that has a single label. @see RFC 6761 §6.3 */
const localhost = 'localhost';
/** Longest SPIFFE ID, in octets. */
const maxSpiffeLength = 2_048;
const maxTrustDomainLength = 255;
const spiffeScheme = 'spiffe://';
/**
 * Octets that the names of a service may take in its certificate. OpenSSL, and so Node, refuses a peer whose chain takes more than 102,400 in the
 * handshake; what is left is for the rest of the certificate and for its issuers. Other libraries take less: Java 32,768 by default.
 */
export const maxNameOctets = 65_536;
/** Tag and length of a name. */
const octetsBesideName = 2;

/** The names of a service as they go into its certificate, or what is wrong with one of them. */
export type ServiceNames =
  | { readonly ok: true; readonly names: CertificateNames }
  | { readonly ok: false; readonly found: string };

/**
 * Sorts the names of a service by their form: DNS names of two labels or more, `localhost`, IP addresses in any of their spellings, and
 * one SPIFFE ID at most.
 * @param given - one or more; the first one names the service
 * @returns the names, each once; or a few words about the first one that is none
 */
export function serviceNames(given: readonly string[]): ServiceNames {
  const dnsNames = new Set<string>();
  const uris = new Set<string>();
  const ipAddresses = new Set<string>();
  if (given.length === 0) return { ok: false, found: 'none' };
  for (const name of given as readonly unknown[]) {
    if (typeof name !== 'string')
      return { ok: false, found: Array.isArray(name) ? 'an array' : `a value of type ${typeof name}` };
    const address = ipAddress(name);
    if (address !== undefined) ipAddresses.add(ipText(address));
    else if (name.includes(':')) {
      if (!isSpiffeId(name)) return { ok: false, found: `${quoted(name)}, which is not a SPIFFE ID` };
      uris.add(name);
    } else if (isServiceHost(name)) dnsNames.add(name);
    else return { ok: false, found: `${quoted(name)}, which is not a DNS name in lower case` };
  }
  if (uris.size > 1) return { ok: false, found: `${uris.size} SPIFFE IDs, of which a certificate has one` };
  const [first = ''] = given;
  return {
    ok: true,
    names: {
      // A common name that looks like a host is judged as a DNS name by OpenSSL, where there is none; an address looks like one.
      commonName: ipAddress(first) === undefined ? first : '',
      dnsNames: [...dnsNames],
      uris: [...uris],
      ...(ipAddresses.size === 0 ? {} : { ipAddresses: [...ipAddresses] }),
    },
  };
}

/**
 * The octets that the names of a service take in its certificate, but for a few.
 * @param names - all that go into it
 */
export function nameOctets({ dnsNames, ipAddresses = [], uris }: CertificateNames): number {
  // All of them are ASCII; an address takes fewer octets than its text.
  return [...dnsNames, ...ipAddresses, ...uris].reduce(
    (sum, name) => sum + name.length + octetsBesideName,
    0,
  );
}

/**
 * The name by which a service is recorded and found again.
 * @param name - as the caller writes it
 * @returns an address in the one spelling that certificates are read with; anything else as it is
 */
export function serviceSubject(name: string): string {
  const address = ipAddress(name);
  return address === undefined ? name : ipText(address);
}

/**
 * Whether a text is a DNS name that a service may have.
 * @param text - anything
 */
export function isServiceHost(text: string): boolean {
  return text === localhost || isHostName(text);
}

/**
 * Whether a text is the SPIFFE ID of a workload: a trust domain, and a path.
 * @param text - anything
 * @see SPIFFE-ID §2, X509-SVID §2
 */
export function isSpiffeId(text: string): boolean {
  if (text.length > maxSpiffeLength || !text.startsWith(spiffeScheme)) return false;
  const slash = text.indexOf('/', spiffeScheme.length);
  if (slash < 0 || slash - spiffeScheme.length > maxTrustDomainLength) return false;
  const segments = text.slice(slash + 1).split('/');
  return isHostName(text.slice(spiffeScheme.length, slash)) && segments.every(isSegment);
}

function isSegment(text: string): boolean {
  return text !== '.' && text !== '..' && /^[A-Za-z0-9._-]+$/.test(text);
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
