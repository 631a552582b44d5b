import { createHash } from 'node:crypto';
import { encodePem } from '@entente/x509';
import { spkiHash } from '../ground/issuer-id.ts';
import type { Handler } from './objects-handler.ts';
import { answerWithObject } from './signed-object.ts';

/** The roots of a domain, and their version. */
export interface TrustBundle {
  /** The organisation's network, e.g. `contoso.example`. */
  readonly domain: string;
  /** Increases with every change of the roots, from 1. */
  readonly sequence: number;
  /** How often members should fetch the bundle, seconds. */
  readonly refreshHintSeconds: number;
  /** All roots that members should believe, in the order in which they are served. */
  readonly roots: readonly {
    /** DER. */
    readonly certificate: Uint8Array;
    /** SubjectPublicKeyInfo, DER. */
    readonly publicKey: Uint8Array;
  }[];
}

const maxAgeSeconds = 60;

/**
 * Serves `/roots.pem`: the roots as PEM, for clients that know the expected hash.
 * @param bundle - called for every request
 */
export function rootsHandler(bundle: () => TrustBundle): Handler {
  return (request) => {
    const body = bundle()
      .roots.map(({ certificate }) => encodePem('CERTIFICATE', certificate))
      .join('');
    return answerWithObject(request, {
      body,
      mediaType: 'application/pem-certificate-chain',
      tag: tagOf(body),
      maxAgeSeconds,
    });
  };
}

/**
 * Serves `/trust-bundle`: the roots as JSON with a sequence number, for members that follow a rollover.
 * @param bundle - called for every request
 */
export function trustBundleHandler(bundle: () => TrustBundle): Handler {
  return (request) => {
    const { domain, sequence, refreshHintSeconds, roots } = bundle();
    const body = JSON.stringify({
      domain,
      sequence,
      refreshHintSeconds,
      roots: roots.map(({ certificate, publicKey }) => ({
        certificate: Buffer.from(certificate).toString('base64'),
        spkiSha256: spkiHash(publicKey),
      })),
    });
    return answerWithObject(request, {
      body,
      mediaType: 'application/json',
      tag: tagOf(body),
      maxAgeSeconds,
    });
  };
}

function tagOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 32);
}
