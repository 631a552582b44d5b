import { type Certificate, decodeOcspRequest, decodeOcspResponse } from '@entente/x509';
import { keyOf, partsOf } from './anchor-key.ts';
import { type KeptObjects, noRoom } from './kept-objects.ts';
import { isSignedForIssuer } from './ocsp-signature.ts';

/** A request to a responder. */
export interface OcspInquiry {
  /** From `anchorKey`: whose peers named the responder. */
  readonly anchor: string;
  readonly url: string;
  /** The request, DER. */
  readonly question: Uint8Array;
  /** Serial number of the certificate in question. */
  readonly serialHex: string;
  /** Its issuer; undefined after a restart, until a chain needs it again. */
  readonly issuer: Certificate | undefined;
}

/** An answer of a responder, with its request. */
export interface FetchedOcsp extends OcspInquiry {
  readonly response: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

/**
 * The fetched OCSP answers, one for each request. A new one replaces the old one only if it is about the certificate in question,
 * its issuer or a signer that the issuer certified signed it, and it is not older: as with CRLs, an attacker on the connection can
 * withhold knowledge, but not take it back. The judge checks whether the signer may still sign.
 */
export class FetchedOcspAnswers {
  readonly #byKey = new Map<string, FetchedOcsp>();
  readonly #kept: KeptObjects;
  readonly #onDropped: (key: string) => void;

  /**
   * @param kept - which of them stay
   * @param onDropped - called with the key of each that made room for another
   */
  constructor(kept: KeptObjects, onDropped: (key: string) => void) {
    this.#kept = kept;
    this.#onDropped = onDropped;
  }

  /** All of them, DER. */
  get responses(): readonly Uint8Array[] {
    return [...this.#byKey.values()].map(({ response }) => response);
  }

  /** The answer to a request. @param key - from {@link ocspKey} */
  get(key: string): FetchedOcsp | undefined {
    return this.#byKey.get(key);
  }

  /** Records the issuer for which the next answer must be signed, where it is unknown after a restart. */
  learnIssuer(key: string, issuer: Certificate): void {
    const known = this.#byKey.get(key);
    if (known !== undefined && known.issuer === undefined) this.#byKey.set(key, { ...known, issuer });
  }

  /** Every answer with its key. */
  entries(): Iterable<[string, FetchedOcsp]> {
    return this.#byKey.entries();
  }

  /** Drops an answer. @param key - from {@link ocspKey} */
  drop(key: string): void {
    this.#kept.remove(key);
    if (this.#byKey.delete(key)) this.#onDropped(key);
  }

  /**
   * Accepts or refuses an answer.
   *
   * @param inquiry - the request
   * @param response - the answer
   * @param maxBytes - limit of the decoder
   * @param now - milliseconds since the epoch
   * @returns undefined where it was accepted, else why it was refused
   */
  offer(inquiry: OcspInquiry, response: Uint8Array, maxBytes: number, now: number): string | undefined {
    const decoded = decodeOcspResponse(response, { maxBytes });
    if (!decoded.ok) return `not an OCSP response: ${decoded.error.message}`;
    const { status, basic } = decoded.value;
    if (basic === undefined) return `the responder answered ${status}`;
    const single = basic.responses.find(({ certId }) => certId.serialHex === inquiry.serialHex);
    if (single === undefined) return 'an OCSP response about other certificates';
    const key = ocspKey(inquiry.anchor, inquiry.url, inquiry.question);
    const known = this.#byKey.get(key);
    const issuer = inquiry.issuer ?? known?.issuer;
    if (issuer !== undefined && !isSignedForIssuer(basic, issuer)) {
      return 'an OCSP response that neither the issuer nor a signer it certified has signed';
    }
    if (known !== undefined && single.thisUpdate < known.thisUpdate)
      return 'an OCSP response older than the known one';
    const dropped = this.#kept.add(inquiry.anchor, key, response.length, now);
    if (dropped === undefined) return noRoom;
    for (const each of dropped) this.drop(each);
    const { thisUpdate, nextUpdate } = single;
    this.#byKey.set(key, { ...inquiry, issuer, response, thisUpdate, nextUpdate });
    return undefined;
  }

  /**
   * Restores an answer of an earlier run.
   *
   * @param key - from {@link ocspKey}
   * @returns whether its file is of use, now or later
   */
  restore(key: string, response: Uint8Array, maxBytes: number, now: number): boolean {
    const parts = partsOf(key);
    if (parts === undefined) return false;
    const { anchor, request } = parts;
    const space = request.lastIndexOf(' ');
    const question = Buffer.from(request.slice(space + 1), 'base64');
    const decoded = decodeOcspRequest(question);
    const [about] = decoded.ok ? decoded.value.requests : [];
    if (about === undefined) return true;
    const { serialHex } = about.certId;
    const url = request.slice(0, space);
    const why = this.offer({ anchor, url, question, serialHex, issuer: undefined }, response, maxBytes, now);
    return why !== noRoom;
  }
}

/**
 * The key of a request to a responder.
 * @param anchor - from `anchorKey`
 * @param url - the responder
 * @param question - the request, DER
 */
export function ocspKey(anchor: string, url: string, question: Uint8Array): string {
  return keyOf(anchor, `${url} ${Buffer.from(question).toString('base64')}`);
}
