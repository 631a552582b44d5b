import type { CertificateNames } from '@entente/x509';
import { oids } from '@entente/x509';
import { badArgument } from './given.ts';
import type { ProfileName } from './request.ts';

/** The common properties of all certificates of one kind. */
export interface CertificateProfile {
  /** The kind of leaf that it is for. */
  readonly name: ProfileName;
  /** Purposes, as OIDs, in the order of encoding. */
  readonly extKeyUsage: readonly string[];
  /** Milliseconds from issuance to expiry. */
  readonly lifetimeMs: number;
}

const dayMs = 86_400_000;

/**
 * The purpose of a key that signs trust states and nothing else: no TLS peer is accepted with it. The arc is that of UUIDs (X.667), which
 * needs no registration.
 */
export const trustStatePurpose = '2.25.170165884486811272848645420157873357025';

/**
 * The kinds of leaf. A server is both ends of mutual TLS, so it always has both purposes. Its lifetime can be 7 days because a
 * revocation takes effect at once. A service is a program of one's own that is not in a SIP network: the same, with other names. A store (Redis, PostgreSQL) is dialled by servers and dials nobody; a person installs its certificate, so
 * it is valid as long as theirs. A user's certificate is valid for a day. The key that signs trust states is renewed as those of servers.
 */
export const profiles: Readonly<Record<ProfileName, CertificateProfile>> = {
  server: { name: 'server', extKeyUsage: [oids.serverAuth, oids.clientAuth], lifetimeMs: 7 * dayMs },
  service: { name: 'service', extKeyUsage: [oids.serverAuth, oids.clientAuth], lifetimeMs: 7 * dayMs },
  store: { name: 'store', extKeyUsage: [oids.serverAuth], lifetimeMs: 90 * dayMs },
  administrator: { name: 'administrator', extKeyUsage: [oids.clientAuth], lifetimeMs: 90 * dayMs },
  user: { name: 'user', extKeyUsage: [oids.clientAuth], lifetimeMs: dayMs },
  'trust-state': { name: 'trust-state', extKeyUsage: [trustStatePurpose], lifetimeMs: 7 * dayMs },
};

/**
 * The names of an administrator's certificate: one URI that no server and no user can have.
 * @param domain - the organisation's network, e.g. `contoso.example`
 * @param administrator - lower-case letters, digits, `.`, `-` and `_`, at most 64
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` if the name has another form
 */
export function administratorNames(domain: string, administrator: string): CertificateNames {
  if (!isAdministratorName(administrator)) {
    throw badArgument(
      `at most 64 lower-case letters, digits, ".", "-" and "_", found ${JSON.stringify(administrator.slice(0, 80))}`,
      'name of an administrator',
      'choose another name',
    );
  }
  return {
    commonName: administrator,
    dnsNames: [],
    uris: [`${administratorPrefix(domain)}${administrator}`],
  };
}

/**
 * Finds the administrator that a certificate names.
 * @param domain - the organisation's network
 * @param uris - the certificate's URI names
 * @returns the name, or `undefined` unless exactly one URI is an administrator's of this network
 */
export function administratorOf(domain: string, uris: readonly string[]): string | undefined {
  const prefix = administratorPrefix(domain);
  const names = uris.filter((uri) => uri.startsWith(prefix)).map((uri) => uri.slice(prefix.length));
  const [name] = names;
  return names.length === 1 && name !== undefined && isAdministratorName(name) ? name : undefined;
}

/**
 * The names of a user's certificate.
 * @param addressOfRecord - without scheme, e.g. `alice@contoso.example`
 */
export function userNames(addressOfRecord: string): CertificateNames {
  return { commonName: addressOfRecord, dnsNames: [], uris: [`sip:${addressOfRecord}`] };
}

/**
 * The name of the key that signs the trust states of a network.
 * @param domain - the organisation's network, e.g. `contoso.example`
 */
export function trustStateName(domain: string): string {
  return `entente://${domain}/trust-state`;
}

function administratorPrefix(domain: string): string {
  return `entente://${domain}/administrators/`;
}

function isAdministratorName(text: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(text);
}
