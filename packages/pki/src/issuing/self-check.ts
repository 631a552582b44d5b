import {
  type AnchorSet,
  anchorSet,
  createJudge,
  type LinkContext,
  type PeerIdentity,
  profiles,
  type RevocationKnowledge,
  type RevocationPolicy,
  reject,
} from '@entente/trust';
import type { Certificate, CertificateNames } from '@entente/x509';
import { spkiHash } from '../ground/issuer-id.ts';
import { type PkiRefusal, refuse } from '../ground/refusal.ts';
import type { IssuedCertificate, ProfileName } from '../ground/request.ts';

/** What a relying party of an authority knows. */
export interface SelfCheckOptions {
  /** The roots that relying parties trust. A function gives the same array as long as they are the same. */
  readonly anchors: readonly Certificate[] | (() => readonly Certificate[]);
  /** Revocation lists of the authority and of those above it. Without it revocation is not part of the check. */
  readonly revocation?: () => RevocationKnowledge;
}

/**
 * Judges a certificate as its relying parties will, before it leaves the authority.
 * @param issued - the certificate, with the chain that is handed out
 * @param now - milliseconds since 1970
 * @returns why they would refuse it
 */
export type SelfCheck = (
  issued: Pick<IssuedCertificate, 'chain' | 'names' | 'profile'>,
  now: number,
) => PkiRefusal | undefined;

/** A certificate that has just been issued is on no list. */
const unchecked: RevocationPolicy = { mode: 'off', signedBy: 'the authority, for what it has just issued' };

const purposes: Readonly<Record<ProfileName, readonly LinkContext['purpose'][]>> = {
  server: ['server', 'client'],
  service: ['server', 'client'],
  store: ['server'],
  administrator: ['client'],
  user: ['client'],
  // Its one purpose is none of TLS: the profile and its lint see to that, and the rest of the verdict is as for a server.
  'trust-state': ['server'],
};

const clockRemedy =
  'check the clock of the authority and how long its own certificates are valid; entente rotate plan shows how to replace them';

/** What was issued a moment ago is on no list that can be too old but that of the root: only its key signs another one. */
const visitRemedy =
  'where the clock of the authority is right, let the root sign its next list: entente ca root request, entente ca root sign at its key, entente ca root accept with the answer; see "The yearly visit to the root" in docs/guides/operations.md';

/** The verdict without a purpose of TLS. */
const withoutPurpose = { ...profiles.entente, extKeyUsage: { mode: 'ignore', anyInLeaf: false } } as const;

/**
 * Creates the check of an authority's own certificates: path to a root, purposes, names.
 * @param options - what relying parties know
 */
export function selfCheck({ anchors, revocation }: SelfCheckOptions): SelfCheck {
  const setOf = (roots: readonly Certificate[]): AnchorSet =>
    anchorSet(
      roots.map((certificate) => ({
        name: spkiHash(certificate.publicKey.der),
        certificate,
        ...(revocation === undefined ? { revocation: unchecked } : {}),
      })),
    );
  // What the judge remembers counts for the same set of anchors only.
  let last: { readonly roots: readonly Certificate[]; readonly set: AnchorSet } | undefined;
  const current = (roots: readonly Certificate[]): AnchorSet => {
    if (last?.roots !== roots) last = { roots, set: setOf(roots) };
    return last.set;
  };
  const known = {
    anchors: typeof anchors === 'function' ? () => current(anchors()) : setOf(anchors),
    ...(revocation === undefined ? {} : { revocation }),
  };
  const judge = createJudge(known);
  const judgeOfStates = createJudge({ ...known, policy: withoutPurpose });
  return ({ chain, names, profile }, now) => {
    for (const purpose of purposes[profile]) {
      const verdict = (profile === 'trust-state' ? judgeOfStates : judge).judge(
        { certificates: chain },
        {
          now,
          link: { name: 'issuance', direction: 'outbound', interface: 'internal', purpose },
          identity: { mode: 'inbound' },
          authorise: (peer) =>
            hasNames(peer, names)
              ? { ok: true }
              : {
                  ok: false,
                  rejection: reject('not-in-topology', {
                    names: [...peer.dnsNames, ...peer.uris, ...(peer.ipAddresses ?? [])],
                  }),
                },
        },
      );
      if (!verdict.trusted) {
        const { message, reason } = verdict.rejection;
        return refuse(
          'certificate-not-trusted',
          `members would refuse the certificate as ${purpose}: ${message} (${reason})`,
          reason === 'revocation-stale' ? visitRemedy : clockRemedy,
        );
      }
    }
    return undefined;
  };
}

function hasNames(peer: PeerIdentity, { dnsNames, ipAddresses, uris }: CertificateNames): boolean {
  return (
    sameSet(peer.dnsNames, dnsNames) &&
    sameSet(peer.uris, uris) &&
    sameSet(peer.ipAddresses ?? [], ipAddresses ?? [])
  );
}

function sameSet(found: readonly string[], decided: readonly string[]): boolean {
  return found.length === decided.length && decided.every((name) => found.includes(name));
}
