import { aFunction, aList, checkValue } from '../ground/check-values.ts';
import { issuerId } from '../ground/issuer-id.ts';
import type { Clock } from '../ground/signer.ts';
import type { PublishedCrl } from '../revocation/crl-publisher.ts';
import { answerWithObject, type PublicObject } from './signed-object.ts';

/** An authority whose CRLs and certificate are published. */
export interface PublishedIssuer {
  /** Its certificate, DER. */
  readonly certificate: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** The latest CRL of a shard. */
  crl(shard: number): PublishedCrl | undefined;
}

/** A fetch-style handler. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** Caches keep a CRL for a minute, although it is valid for a day, so that a revocation takes effect soon. */
const crlMaxAgeSeconds = 60;
const issuerMaxAgeSeconds = 86_400;

/**
 * Serves the signed objects: `/crl/<issuer>/<shard>.crl`, `/issuer/<issuer>.cer`, and `/issuer` for the certificate
 * of the first issuer. They are signed, so they are served over plain HTTP (RFC 5280 §8), and nothing else is.
 * @param issuers - the issuing authorities first, the active one before the others, then the root; a function gives another array after
 * each change
 * @param clock - for the age of a CRL
 */
export function objectsHandler(
  issuers: readonly PublishedIssuer[] | (() => readonly PublishedIssuer[]),
  clock: Clock,
): Handler {
  checkValue(issuers, typeof issuers === 'function' ? aFunction : aList, 'issuers of objectsHandler');
  checkValue(clock, aFunction, 'clock of objectsHandler');
  let seen: readonly PublishedIssuer[] | undefined;
  let find: ReturnType<typeof publishedObjects>;
  return (request) => {
    const inForce = typeof issuers === 'function' ? issuers() : issuers;
    if (inForce !== seen) find = publishedObjects(inForce, clock);
    seen = inForce;
    return answerWithObject(request, find(new URL(request.url).pathname));
  };
}

/**
 * The objects of {@link objectsHandler} by path, for a server with its own request handling.
 * @param issuers - the issuing authority first, then the root
 * @param clock - for the age of a CRL
 * @returns finds the object of a path; its octets are not copied
 */
export function publishedObjects(
  issuers: readonly PublishedIssuer[],
  clock: Clock,
): (path: string) => PublicObject | undefined {
  checkValue(issuers, aList, 'issuers of publishedObjects');
  checkValue(clock, aFunction, 'clock of publishedObjects');
  const byId = new Map(issuers.map((issuer) => [issuerId(issuer.publicKey), issuer]));
  return (path) => objectAt(path, byId, issuers[0], clock());
}

function objectAt(
  path: string,
  byId: ReadonlyMap<string, PublishedIssuer>,
  first: PublishedIssuer | undefined,
  now: number,
): PublicObject | undefined {
  if (path === '/issuer') return issuerObject(first);
  const [root, kind, name, file, ...rest] = path.split('/', 6);
  if (root !== '' || rest.length > 0 || name === undefined) return undefined;
  if (kind === 'issuer' && file === undefined && name.endsWith('.cer')) {
    return issuerObject(byId.get(name.slice(0, -4)));
  }
  if (kind === 'crl' && file?.endsWith('.crl') === true) {
    const shard = shardNumber(file.slice(0, -4));
    return shard === undefined ? undefined : crlObject(byId.get(name)?.crl(shard), now);
  }
  return undefined;
}

function crlObject(list: PublishedCrl | undefined, now: number): PublicObject | undefined {
  if (list === undefined) return undefined;
  const left = Math.max(0, Math.floor((list.nextUpdate - now) / 1000));
  return {
    body: list.der,
    mediaType: 'application/pkix-crl',
    tag: String(list.number),
    maxAgeSeconds: Math.min(crlMaxAgeSeconds, left),
    lastModified: list.thisUpdate,
  };
}

function issuerObject(issuer: PublishedIssuer | undefined): PublicObject | undefined {
  if (issuer === undefined) return undefined;
  return {
    body: issuer.certificate,
    mediaType: 'application/pkix-cert',
    tag: issuerId(issuer.certificate),
    maxAgeSeconds: issuerMaxAgeSeconds,
  };
}

/** Each shard has one spelling: digits without leading zero. */
function shardNumber(text: string): number | undefined {
  if (text.length === 0 || text.length > 5) return undefined;
  const value = Number(text);
  return Number.isInteger(value) && String(value) === text ? value : undefined;
}
