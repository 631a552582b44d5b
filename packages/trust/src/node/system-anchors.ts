import { stat } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { decodeCertificate, decodePem } from '@entente/x509';
import type { AnchorSet } from '../policy/anchor.ts';
import { checkSettings } from '../policy/check-settings.ts';
import { type AnchorDefaults, anchorRules, anchorSet } from './anchors-from.ts';
import { checks } from './check-options.ts';
import { StoreFault } from './fault.ts';
import { type FoundBlock, readBlocks } from './read-blocks.ts';

/** Where systems keep the bundle of roots that their administrator trusts; the first that exists is used. */
export const systemBundles: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, RHEL
  '/etc/pki/tls/certs/ca-bundle.crt', // older RHEL
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // Alpine, BSD, macOS
];

/** The anchors of this machine, and their source. */
export interface SystemAnchors extends AnchorSet {
  /** Path of the bundle, or `node:tls rootCertificates`. */
  readonly source: string;
  /** How many certificates were left out because they are not strict DER. */
  readonly leftOut: number;
}

/**
 * The roots that this machine trusts: from the usual files, else those of Node.
 *
 * @param defaults - limits and revocation policy for all of them
 * @param bundles - files to look for, in order
 * @throws StoreFault `ENTENTE_NO_SYSTEM_ANCHORS`
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`, and `ENTENTE_BAD_ANCHOR_LIMIT` where a limit would not limit
 */
export async function systemAnchors(
  defaults: AnchorDefaults = {},
  bundles: readonly string[] = systemBundles,
): Promise<SystemAnchors> {
  checks.options(defaults, anchorRules, 'systemAnchors');
  checkSettings({ ...defaults, name: 'the system' });
  for (const path of bundles) {
    const status = await stat(path).catch(() => undefined);
    if (status === undefined || !status.isFile()) continue;
    return usable(await readBlocks(path, 'CERTIFICATE'), defaults, path);
  }
  const source = 'node:tls rootCertificates';
  const blocks = rootCertificates.flatMap((pem) => {
    const decoded = decodePem(pem);
    return decoded.ok ? decoded.value.map(({ label, der }) => ({ label, der, place: source })) : [];
  });
  return usable(blocks, defaults, source);
}

/** Administrators cannot fix the roots of the system: one that is not strict DER is left out and counted. */
function usable(blocks: readonly FoundBlock[], defaults: AnchorDefaults, source: string): SystemAnchors {
  const readable = blocks.filter((block) => decodeCertificate(block.der).ok);
  if (readable.length === 0) {
    throw new StoreFault('ENTENTE_NO_SYSTEM_ANCHORS', {
      sentence: 'expected the roots of this system, found none that can be read',
      place: source,
      remedy: 'install the package ca-certificates, or configure a file of anchors',
    });
  }
  return { ...anchorSet(readable, defaults, source), source, leftOut: blocks.length - readable.length };
}
