import { createTrust, type OwnedTrust, openTrust } from '@entente/tls';
import { revocationPolicy, type Topology } from '@entente/topology';
import { type AnchorSet, enterpriseRevocation, type RevocationKnowledge } from '@entente/trust';
import type { LookUp, Store } from '@entente/trust/node';
import { type Certificate, decodePemCertificates } from '@entente/x509';
import { MemberFault } from '../files/fault.ts';

/** What the judge of a member stands on. */
export interface MemberTrustOptions {
  readonly anchors: Store<AnchorSet>;
  readonly crls: Store<RevocationKnowledge>;
  /** Hosts of ours that publish CRLs; they may have private addresses, no other host is asked. */
  readonly crlHosts: readonly string[];
  readonly lookUp?: LookUp;
  readonly cacheDirectory: string;
  /** The latest time that an authority of ours has signed. */
  readonly latestSigned: () => number | undefined;
  /** Version of what the owner adds to the state, e.g. the hash of the topology. */
  readonly version: () => string;
}

/**
 * The trust of a member: the enterprise anchors and what is known of revocation. The owner announces changes of the
 * topology on it, so that open connections are judged again.
 */
export async function memberTrust(options: MemberTrustOptions): Promise<OwnedTrust> {
  const inner = await openTrust({
    anchors: options.anchors,
    crls: options.crls,
    latestSigned: options.latestSigned,
    fetch: {
      hosts: [],
      privateHosts: options.crlHosts,
      cacheDirectory: options.cacheDirectory,
      ...(options.lookUp === undefined ? {} : { lookUp: options.lookUp }),
    },
  });
  const trust = createTrust({
    judge: inner.judge,
    clock: inner.clock,
    version: () => `${options.version()}:${inner.version}`,
    ...(inner.prepare === undefined ? {} : { prepare: inner.prepare }),
    ...(inner.platformAnchors === undefined ? {} : { platformAnchors: inner.platformAnchors }),
    dispose: () => inner[Symbol.asyncDispose](),
  });
  inner.onChange(({ scope }) => trust.announce(scope));
  return trust;
}

/**
 * The enterprise roots as anchors.
 * @param roots certificates that the join token or the authority's bundle vouched for
 * @param topology the one in force, which says how fresh revocation knowledge must be; without one the default holds
 */
export function enterpriseAnchors(roots: readonly Certificate[], topology?: Topology): AnchorSet {
  const revocation = topology === undefined ? enterpriseRevocation : revocationPolicy(topology, 'enterprise');
  return {
    anchors: roots.map((certificate) => ({
      name: `enterprise ${certificate.subject.toString()} ${certificate.serialHex.slice(0, 8)}`,
      certificate,
      revocation,
    })),
  };
}

/** Reads roots that this member wrote itself. */
export function readRoots(pem: string, place: string): readonly Certificate[] {
  const decoded = decodePemCertificates(pem);
  if (decoded.ok && decoded.value.length > 0) return decoded.value;
  throw new MemberFault('ENTENTE_MEMBER_DAMAGED', {
    sentence: decoded.ok
      ? 'the file holds no root certificate'
      : `the roots cannot be read: ${decoded.error.message}`,
    place,
    remedy: 'restore the directory from a copy, or empty it and join again with a new token',
  });
}
