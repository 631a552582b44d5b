import { checkOptions } from '../ground/check-options.ts';
import { aFunction, aText, checkValues, duration, having, shardCount } from '../ground/check-values.ts';
import type { Issuer } from '../ground/issuer.ts';
import { publicationPaths } from '../ground/issuer-id.ts';
import { shardOf } from '../ground/shard.ts';
import type { Clock } from '../ground/signer.ts';
import type { Ledger, RevokedCertificate } from '../ledger/ledger.ts';
import { createCrl } from './create-crl.ts';

/** A CRL as it is published. */
export interface PublishedCrl {
  /** CertificateList, DER (RFC 5280 §5.1). */
  readonly der: Uint8Array;
  /** CRL number (RFC 5280 §5.2.3); the shards of an issuer share one series. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
}

/** Options of {@link createCrlPublisher}. */
export interface CrlPublisherOptions {
  /** Signs the lists; they cover what it has issued. */
  readonly issuer: Issuer;
  /** Has the revocations and the last CRL number. */
  readonly ledger: Ledger;
  /** Time of a list; decides when the next one is due. */
  readonly clock: Clock;
  /** Base of the plain HTTP address, as in `IssuanceOptions`. */
  readonly objectsUrl: string;
  /** As in `IssuanceOptions`. Default 1. */
  readonly shards?: number;
  /** Milliseconds from thisUpdate to nextUpdate. Default 24 hours. */
  readonly lifetimeMs?: number;
  /** Called once for each new set of CRLs, after `current` gives it; `publish` waits for it. */
  readonly onPublished?: () => void | Promise<void>;
}

/** Keeps the CRLs of an authority. */
export interface CrlPublisher {
  /** Signs the lists; they cover what it has issued. */
  readonly issuer: Issuer;
  /**
   * Signs new CRLs from the ledger. They contain everything that was revoked before the call. Calls that wait for an earlier one share
   * the next signature: it covers all of them.
   * @returns the highest CRL number
   * @throws PkiFault of the ledger. The CRLs stay as they were, and `nextPublication` is now
   */
  publish(): Promise<number>;
  /** The latest CRL of a shard, or `undefined` before the first `publish` and for a shard that does not exist. */
  current(shard: number): PublishedCrl | undefined;
  /**
   * When `publish` should be called next, milliseconds since 1970: at half the lifetime of the CRL; at once where the last call failed.
   */
  nextPublication(): number;
}

/** Lifetime of a CRL: 24 hours. */
export const crlLifetimeMs = 86_400_000;

/** Lifetimes of a CRL for which it has an entry at least, from the revocation and from the end of the certificate on. */
const lifetimesListed = 2;

/** Milliseconds by which a clock may be set back without a new list. */
const clockToleranceMs = 60_000;

/**
 * Creates the publisher of an authority.
 * @param options - issuer, ledger and the address of the CRLs
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function createCrlPublisher(options: CrlPublisherOptions): CrlPublisher {
  checkOptions(
    options,
    ['issuer', 'ledger', 'clock', 'objectsUrl'],
    ['shards', 'lifetimeMs', 'onPublished'],
    'createCrlPublisher',
  );
  checkValues(
    options,
    {
      issuer: having('an issuing authority', 'certificate', 'signer', 'id'),
      ledger: having('a ledger', 'nextCrlNumber', 'revoke'),
      clock: aFunction,
      objectsUrl: aText,
      shards: shardCount,
      lifetimeMs: duration,
      onPublished: aFunction,
    },
    'createCrlPublisher',
  );
  const { issuer, ledger, clock } = options;
  const shards = options.shards ?? 1;
  const lifetimeMs = options.lifetimeMs ?? crlLifetimeMs;
  let published: readonly PublishedCrl[] = [];
  let last: Promise<number> = Promise.resolve(0);
  /** The next signature, as long as it has not begun to read the ledger. */
  let next: Promise<number> | undefined;
  let isBehind = false;

  const sign = async (): Promise<number> => {
    next = undefined;
    isBehind = true;
    const now = clock();
    const thisUpdate = Math.floor(now / 1000) * 1000;
    const nextUpdate = thisUpdate + lifetimeMs;
    const revoked = await listed(ledger, issuer.id, now, lifetimesListed * lifetimeMs);
    const byShard = spread(revoked, shards);
    const lists: PublishedCrl[] = [];
    for (let shard = 0; shard < shards; shard++) {
      const number = await ledger.nextCrlNumber(issuer.id);
      const der = await createCrl(issuer, {
        number,
        thisUpdate,
        nextUpdate,
        revoked: byShard[shard] ?? [],
        ...(shards === 1
          ? {}
          : { distributionPoint: `${options.objectsUrl}${publicationPaths.crl(issuer.id, shard)}` }),
      });
      lists.push({ der, number, thisUpdate, nextUpdate });
    }
    published = lists;
    isBehind = false;
    await options.onPublished?.();
    return lists[lists.length - 1]?.number ?? 0;
  };

  return {
    issuer,
    publish() {
      // One after the other: a newer CRL must not be replaced by one with fewer entries.
      next ??= last = last.catch(() => 0).then(sign);
      return next;
    },
    current: (shard) => published[shard],
    nextPublication() {
      const first = published[0];
      const now = clock();
      // Signed while the clock was ahead: nobody takes a list of the future, and everybody who judges by it is refused.
      const isOfFuture = first !== undefined && first.thisUpdate > now + clockToleranceMs;
      return first === undefined || isBehind || isOfFuture ? now : first.thisUpdate + lifetimeMs / 2;
    },
  };
}

/**
 * What a list has now. A certificate stays on the CRL until one was issued after its expiry (RFC 5280 §3.3); two lifetimes are enough for
 * that. One that was revoked after its end stays for as long from then: a member refuses a list that lacks what was revoked just before.
 */
async function listed(
  ledger: Ledger,
  issuer: string,
  now: number,
  keptMs: number,
): Promise<readonly RevokedCertificate[]> {
  const revoked = await ledger.revoked(issuer, now - 2 * keptMs);
  return revoked.filter(
    ({ notAfter, revocation: { at } }) =>
      notAfter >= now - keptMs || (at <= notAfter + keptMs && at >= now - keptMs),
  );
}

function spread(revoked: readonly RevokedCertificate[], shards: number): readonly RevokedCertificate[][] {
  const lists: RevokedCertificate[][] = Array.from({ length: shards }, () => []);
  for (const certificate of revoked) {
    lists[shardOf(Buffer.from(certificate.serialHex, 'hex'), shards)]?.push(certificate);
  }
  return lists;
}
