import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { LinkContext } from '@entente/trust';
import { TlsFault } from '../fault/fault.ts';
import type { Trust } from '../trust/trust.ts';
import type { KeyMaterial } from './credential.ts';
import { keyExchangeGroups } from './key-exchange.ts';

/**
 * Refuses to run where an environment variable turns Node's certificate checks off: the verdict would still hold, but every
 * other connection of the process would accept any certificate.
 *
 * @param environment - default `process.env`
 * @throws TlsFault `ENTENTE_PLATFORM_CHECKS_OFF`
 */
export function refuseDisabledChecks(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  throw new TlsFault('ENTENTE_PLATFORM_CHECKS_OFF', {
    sentence: 'expected certificate checks to be on, found NODE_TLS_REJECT_UNAUTHORIZED=0',
    place: 'environment variable NODE_TLS_REJECT_UNAUTHORIZED',
    remedy: 'unset it; to trust a private CA, pass its root as an anchor',
  });
}

/**
 * The CAs that OpenSSL is given. On external interfaces none: a list of 500 names is too long for a handshake, it would show any
 * client who the partners are, and the verdict decides without it. `ca: []` differs from no `ca`, which means Node's own roots.
 *
 * @param trust - whose anchors
 * @param link - which interface
 */
export function platformAnchors(trust: Trust, link: LinkContext): string[] {
  return link.interface === 'external' ? [] : [...(trust.platformAnchors?.() ?? [])];
}

/**
 * All of TLS 1.3, and of TLS 1.2 those with a key for each session and authenticated encryption (RFC 9325 §4.2). Left to itself the platform also takes a
 * key that the server's RSA certificate opens later, and CBC.
 */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/**
 * Settings of a secure context in which nothing is resumed and nothing renegotiated, and no key exchange takes long.
 *
 * @param material - certificate and key to present
 * @param anchors - CAs that OpenSSL is given, PEM
 * @param minVersion - lowest protocol version
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
    // TLS 1.3 alone needs no list: each of its suites is as good, and the platform's order is kept.
    ...(minVersion === 'TLSv1.2' ? { ciphers } : {}),
    ecdhCurve: keyExchangeGroups(),
    // TLS 1.2 lets a peer change its certificate by renegotiating after the verdict.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (resumption ? 0 : constants.SSL_OP_NO_TICKET),
  };
}
