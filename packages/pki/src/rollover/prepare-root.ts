import type { Certificate } from '@entente/x509';
import { createNextRoot, crossCertify, decodeSigned, mayCrossCertify } from '../ceremony/new-root.ts';
import { checkOptions } from '../ground/check-options.ts';
import type { Issuer } from '../ground/issuer.ts';
import type { RandomBytes, Signer } from '../ground/signer.ts';
import { rootListLifetimeMs } from '../ground/validity.ts';
import { createCrl } from '../revocation/create-crl.ts';
import type { PreparedRoot, RootRequest } from './root-documents.ts';

/** What the next root is prepared with. */
export interface PrepareRootOptions {
  /** The root that is believed today, with its key. */
  readonly root: Issuer;
  /** The key of the next root. */
  readonly signer: Signer;
  /** Its certificate, where an earlier call has created it and its answer was lost. */
  readonly existing?: Certificate;
  /** Number of its list: 1 more than that of the one before, or 1. */
  readonly listNumber: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Source of serial numbers. */
  readonly random: RandomBytes;
}

/**
 * Prepares the next root: its self-signed certificate, its first list, and the certificates by which those who believe the present root
 * alone reach it.
 * @param request - examined by `examineRootRequest`: domain, number and addresses
 * @param options - keys, time and randomness
 */
export async function prepareRoot(
  request: Pick<RootRequest, 'domain' | 'objectsUrl' | 'outsideObjectsUrls'> & { readonly nextRoot: number },
  options: PrepareRootOptions,
): Promise<PreparedRoot> {
  checkOptions(options, ['root', 'signer', 'listNumber', 'now', 'random'], ['existing'], 'prepareRoot');
  const { existing, listNumber, now, random, root, signer } = options;
  const { domain, nextRoot: number, objectsUrl, outsideObjectsUrls } = request;
  const next =
    existing ??
    decodeSigned(
      await createNextRoot({ domain, number, signer, now, random }),
      'certificate of the next root',
    );
  const thisUpdate = Math.floor(now / 1000) * 1000;
  const list = await createCrl(
    { certificate: next, signer },
    {
      number: listNumber,
      thisUpdate,
      nextUpdate: Math.min(thisUpdate + rootListLifetimeMs, next.notAfter),
      revoked: [],
    },
  );
  if (!mayCrossCertify(root.certificate)) return { certificate: next.der, list };
  const certifiedAt = (objectsUrls: readonly string[]): Promise<Uint8Array> =>
    crossCertify({ root, next, random, objectsUrls });
  return {
    certificate: next.der,
    list,
    cross: await certifiedAt([objectsUrl]),
    ...(outsideObjectsUrls.length === 0 ? {} : { crossOutside: await certifiedAt(outsideObjectsUrls) }),
  };
}
