import type { Issuer } from '../ground/issuer.ts';
import { publicationPaths } from '../ground/issuer-id.ts';
import { shardOf } from '../ground/shard.ts';
import type { Clock } from '../ground/signer.ts';
import type { Ledger, RevokedCertificate } from '../ledger/ledger.ts';
import { createCrl } from './create-crl.ts';

/** A list as it is handed out. */
export interface PublishedCrl {
  readonly der: Uint8Array;
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
}

/** What a publisher needs. */
export interface CrlPublisherOptions {
  readonly issuer: Issuer;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Base of the plain HTTP address, as for issuing. */
  readonly objectsUrl: string;
  /** As for issuing. Default 1. */
  readonly shards?: number;
  /** Milliseconds from thisUpdate to nextUpdate. Default 24 hours. */
  readonly lifetimeMs?: number;
}

/** Keeps the revocation lists of an authority. */
export interface CrlPublisher {
  readonly issuer: Issuer;
  /**
   * Signs new lists from the ledger. What was revoked before the call is in them.
   * @returns the highest CRL number
   */
  publish(): Promise<number>;
  /** The latest list of a shard, or `undefined` before the first `publish` and for a shard that does not exist. */
  current(shard: number): PublishedCrl | undefined;
  /** When `publish` should be called next, milliseconds since 1970: at half the life of the list. */
  nextPublication(): number;
}

/** Life of a list: 24 hours. */
export const crlLifetimeMs = 86_400_000;

/**
 * Makes the publisher of an authority.
 * @param options - issuer, ledger and where the lists will be
 */
export function createCrlPublisher(options: CrlPublisherOptions): CrlPublisher {
  const { issuer, ledger, clock } = options;
  const shards = options.shards ?? 1;
  const lifetimeMs = options.lifetimeMs ?? crlLifetimeMs;
  let published: readonly PublishedCrl[] = [];
  let last: Promise<number> = Promise.resolve(0);

  const sign = async (): Promise<number> => {
    const now = clock();
    const thisUpdate = Math.floor(now / 1000) * 1000;
    const nextUpdate = thisUpdate + lifetimeMs;
    // A certificate stays listed until a list was issued after its end (RFC 5280 §3.3); two lives are enough for that.
    const revoked = await ledger.revoked(issuer.id, now - 2 * lifetimeMs);
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
    return lists[lists.length - 1]?.number ?? 0;
  };

  return {
    issuer,
    publish() {
      // One after the other: a list signed later must not be replaced by one that saw less.
      last = last.catch(() => 0).then(sign);
      return last;
    },
    current: (shard) => published[shard],
    nextPublication() {
      const first = published[0];
      return first === undefined ? clock() : first.thisUpdate + lifetimeMs / 2;
    },
  };
}

function spread(revoked: readonly RevokedCertificate[], shards: number): readonly RevokedCertificate[][] {
  const lists: RevokedCertificate[][] = Array.from({ length: shards }, () => []);
  for (const certificate of revoked) {
    lists[shardOf(Buffer.from(certificate.serialHex, 'hex'), shards)]?.push(certificate);
  }
  return lists;
}
