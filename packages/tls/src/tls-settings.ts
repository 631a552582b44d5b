import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { LinkContext } from '@entente/trust';
import { type Authorise, allowNames } from '@entente/trust';
import type { KeyMaterial } from './identity.ts';
import type { Allow } from './serve-options.ts';
import type { Trust } from './trust.ts';

/** What of a link is always known. */
export const defaultLink = { name: 'tls', interface: 'external' } as const;

/**
 * Completes a link.
 * @param direction - who dials
 * @param given - what the caller says of it
 */
export function completeLink(
  direction: 'inbound' | 'outbound',
  given: Partial<LinkContext> = {},
): LinkContext {
  return {
    ...defaultLink,
    direction,
    purpose: direction === 'inbound' ? 'client' : 'server',
    ...given,
  };
}

/**
 * The function behind `allow`.
 * @param allow - names or a function
 */
export function authoriseOf(allow: Allow): Authorise {
  return typeof allow === 'function' ? allow : allowNames(allow);
}

/**
 * What OpenSSL is told to believe. On external interfaces nothing: five hundred anchors break the handshake, the list shows
 * strangers who our partners are, and our verdict decides anyway. `ca: []` is not the same as no `ca`, which means Node's roots.
 */
export function platformAnchors(trust: Trust, link: LinkContext): string[] {
  return link.interface === 'external' ? [] : [...(trust.platformAnchors?.() ?? [])];
}

/**
 * Settings of a secure context in which nothing is resumed and nothing renegotiated.
 *
 * @param material - certificate and key to present
 * @param anchors - what OpenSSL is told to believe
 * @param minVersion - least protocol version
 * @param resumption - whether sessions may be resumed
 */
export function contextSettings(
  material: KeyMaterial | undefined,
  anchors: string[],
  minVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3',
  resumption = false,
): SecureContextOptions {
  return {
    ...(material === undefined ? {} : { cert: material.certificatePem, key: material.keyPem }),
    ca: anchors,
    minVersion,
    maxVersion: 'TLSv1.3',
    // TLS 1.2 lets a peer change its certificate by renegotiating after the verdict.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (resumption ? 0 : constants.SSL_OP_NO_TICKET),
  };
}
