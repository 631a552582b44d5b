import { randomBytes } from 'node:crypto';
import type { Member, PurposeKeys } from '@entente/member';
import type { TestCertificate } from '@entente/testkit';
import { type Credential, loadCredential, type Trust } from '@entente/tls';
import { authorise, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';

/** The key that servers of a network in this process share. */
export function sharedKeys(): PurposeKeys {
  const current = { epoch: 1, key: randomBytes(32) };
  return { current, keyOf: () => current.key } as PurposeKeys;
}

/** What a member in this process stands on: it has joined no authority. */
export interface MemberHere {
  readonly fqdn: string;
  readonly identity: Credential;
  readonly trust: Trust;
  readonly topology: Topology;
  readonly keys?: PurposeKeys;
}

/** A member whose topology, trust and keys stay as they are. */
export function memberHere({ keys = sharedKeys(), ...own }: MemberHere): Member {
  return {
    ...own,
    roots: [],
    revocationLists: [],
    latestSigned: undefined,
    confirmedAt: Date.now(),
    problems: () => [],
    keysFor: () => keys,
    onTopology: () => () => {},
    authorise: (local: Parameters<Member['authorise']>[0]) => authorise(own.topology, local) as Authorise,
    whileConfirmed: (allow: Authorise) => allow,
  } as unknown as Member;
}

/** Loads a certificate of a test authority with its key. */
export function credentialOf(certificate: Pick<TestCertificate, 'chainPem' | 'keyPem'>): Promise<Credential> {
  return loadCredential({ certificate: certificate.chainPem, key: certificate.keyPem });
}
