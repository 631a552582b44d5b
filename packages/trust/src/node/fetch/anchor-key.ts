import { createHash } from 'node:crypto';
import type { Certificate } from '@entente/x509';

const keys = new WeakMap<Certificate, string>();

/** For chains whose anchor is not among those of the verdict. */
export const noAnchor = '0'.repeat(64);

/**
 * What stands for an anchor in the keys of what was fetched for its peers. Anchors of one certificate share it.
 * @param certificate - of the anchor
 * @returns SHA-256 of the certificate, lower-case hex
 */
export function anchorKey(certificate: Certificate | undefined): string {
  if (certificate === undefined) return noAnchor;
  let key = keys.get(certificate);
  if (key === undefined) {
    key = createHash('sha256').update(certificate.der).digest('hex');
    keys.set(certificate, key);
  }
  return key;
}

/** The key of an object: whose peers named it, and the request that it answers. */
export function keyOf(anchor: string, request: string): string {
  return `${anchor} ${request}`;
}

/** Takes a key apart. @returns undefined where it is not one of {@link keyOf} */
export function partsOf(key: string): { readonly anchor: string; readonly request: string } | undefined {
  const [, anchor, request] = /^([0-9a-f]{64}) (.+)$/.exec(key) ?? [];
  return anchor === undefined || request === undefined ? undefined : { anchor, request };
}
