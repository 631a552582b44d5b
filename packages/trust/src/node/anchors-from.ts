import { anything, type Shape, texts, yesOrNo } from '@entente/options';
import { decodeCertificate } from '@entente/x509';
import type { AnchorLimits, AnchorSet, TrustAnchor } from '../policy/anchor.ts';
import { checkSettings } from '../policy/check-settings.ts';
import type { RevocationPolicy } from '../policy/revocation-policy.ts';
import { checkAnchorsAreCas } from './check-anchors-are-cas.ts';
import { checkLocation, checks } from './check-options.ts';
import { StoreFault } from './fault.ts';
import { follow, followRules } from './follow-files.ts';
import { type FoundBlock, labelsOf, readBlocks, type StoreLocation } from './read-blocks.ts';
import type { FollowOptions, Store } from './watched-store.ts';

/** What every anchor of a store has in common. */
export interface AnchorDefaults {
  /** Limits of each of them. */
  readonly limits?: AnchorLimits;
  /** How fresh revocation knowledge must be below them. */
  readonly revocation?: RevocationPolicy;
  /** See `TrustAnchor.serverAuthSuffices`. */
  readonly serverAuthSuffices?: boolean;
  /** See `TrustAnchor.issuersFrom`. */
  readonly issuersFrom?: readonly string[];
}

/** Limits and revocation have forms of their own; `checkSettings` knows them. */
export const anchorRules: Shape<AnchorDefaults> = {
  limits: anything,
  revocation: anything,
  serverAuthSuffices: yesOrNo,
  issuersFrom: texts,
};

/** Options of {@link anchorsFrom}. */
export interface AnchorsFromOptions extends FollowOptions, AnchorDefaults {}

/**
 * Anchors from a PEM file, from every certificate file in a directory, or from PEM text. Files are watched: a change takes effect
 * as a whole or not at all. Files that have become empty or unreadable change nothing and are reported to `onFault`.
 *
 * @param location - path of a file or directory, or `{ pem }`
 * @param options - limits for these anchors, and how files are watched
 * @returns the anchors in force
 * @throws StoreFault `ENTENTE_STORE_UNREADABLE`, `ENTENTE_STORE_MALFORMED`, `ENTENTE_STORE_EMPTY`; `ENTENTE_STORE_NOT_A_CA` where no
 * certificate of them is that of a CA, and to `onFault` where some are not
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`, and `ENTENTE_BAD_ANCHOR_LIMIT` where a limit would not limit
 */
export async function anchorsFrom(
  location: StoreLocation,
  options: AnchorsFromOptions = {},
): Promise<Store<AnchorSet>> {
  checkLocation(location, 'anchorsFrom');
  checks.options<AnchorsFromOptions>(options, { ...anchorRules, ...followRules }, 'anchorsFrom');
  checkSettings({ ...options, name: placeOf(location) });
  return follow(
    typeof location === 'string' ? [location] : [],
    async () => {
      const set = anchorSet(await readBlocks(location, 'CERTIFICATE'), options, placeOf(location));
      checkAnchorsAreCas(set, placeOf(location), options.onFault);
      return set;
    },
    options,
  );
}

/** The anchors among PEM blocks. @internal */
export function anchorSet(
  blocks: readonly FoundBlock[],
  { limits, revocation, serverAuthSuffices, issuersFrom }: AnchorDefaults,
  place: string,
): AnchorSet {
  const anchors: TrustAnchor[] = [];
  const known = new Set<string>();
  const names = new Set<string>();
  for (const block of blocks) {
    if (block.label !== 'CERTIFICATE' && block.label !== 'TRUSTED CERTIFICATE') continue;
    const decoded = decodeCertificate(block.der);
    if (!decoded.ok) {
      throw new StoreFault('ENTENTE_STORE_MALFORMED', {
        sentence: `expected a certificate, found ${decoded.error.message} (${decoded.error.where})`,
        place: block.place,
        remedy: 'replace the certificate, or remove it',
      });
    }
    const certificate = decoded.value;
    const key = Buffer.from(certificate.der).toString('base64');
    if (known.has(key)) continue;
    known.add(key);
    const subject = certificate.subject.toString();
    const name = names.has(subject) ? `${subject} (serial ${certificate.serialHex})` : subject;
    names.add(name);
    anchors.push({
      name,
      certificate,
      ...(limits === undefined ? {} : { limits }),
      ...(revocation === undefined ? {} : { revocation }),
      ...(serverAuthSuffices === undefined ? {} : { serverAuthSuffices }),
      ...(issuersFrom === undefined ? {} : { issuersFrom }),
    });
  }
  if (anchors.length === 0) {
    throw new StoreFault('ENTENTE_STORE_EMPTY', {
      sentence: `expected at least one CA certificate, found ${labelsOf(blocks, 'no PEM block')}`,
      place,
      remedy: 'add the root certificate there, as a PEM block CERTIFICATE',
    });
  }
  return { anchors };
}

function placeOf(location: StoreLocation): string {
  return typeof location === 'string' ? location : 'text';
}
