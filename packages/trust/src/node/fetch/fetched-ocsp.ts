import { type Certificate, decodeOcspRequest, decodeOcspResponse } from '@entente/x509';
import { isSignedForIssuer } from './ocsp-signature.ts';

/** What a responder is asked. */
export interface OcspInquiry {
  readonly url: string;
  /** The request, DER. */
  readonly question: Uint8Array;
  /** Serial number of the certificate that is asked about. */
  readonly serialHex: string;
  /** Its issuer; undefined after a restart, until a chain asks again. */
  readonly issuer: Certificate | undefined;
}

/** An answer of a responder, with the question it answers. */
export interface FetchedOcsp extends OcspInquiry {
  readonly response: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

/** Answers kept; the oldest goes first. */
const mostAnswers = 4_096;

/**
 * The OCSP answers that were fetched, one for each question. A new one replaces the old only if it speaks of the certificate that
 * was asked about, is signed by somebody whom its issuer has named, and is not older: as with CRLs, whoever sits in between can
 * withhold knowledge, but not take it back. Whether the signer may still sign is the judge's business.
 */
export class FetchedOcspAnswers {
  readonly #byKey = new Map<string, FetchedOcsp>();

  /** All of them, DER. */
  get responses(): readonly Uint8Array[] {
    return [...this.#byKey.values()].map(({ response }) => response);
  }

  /** @param key - from {@link ocspKey} */
  get(key: string): FetchedOcsp | undefined {
    return this.#byKey.get(key);
  }

  /** Takes note of who must have signed the next answer, where a restart has forgotten it. */
  learnIssuer(key: string, issuer: Certificate): void {
    const known = this.#byKey.get(key);
    if (known !== undefined && known.issuer === undefined) this.#byKey.set(key, { ...known, issuer });
  }

  /** Every answer with its key. */
  entries(): Iterable<[string, FetchedOcsp]> {
    return this.#byKey.entries();
  }

  /**
   * Takes in an answer.
   *
   * @param inquiry - what was asked, and where
   * @param response - what was answered
   * @param maxBytes - bound for the decoder
   * @returns undefined when it was taken in, else why it was not
   */
  offer(inquiry: OcspInquiry, response: Uint8Array, maxBytes: number): string | undefined {
    const decoded = decodeOcspResponse(response, { maxBytes });
    if (!decoded.ok) return `not an OCSP response: ${decoded.error.message}`;
    const { status, basic } = decoded.value;
    if (basic === undefined) return `the responder answers ${status}`;
    const single = basic.responses.find(({ certId }) => certId.serialHex === inquiry.serialHex);
    if (single === undefined) return 'an OCSP response about other certificates';
    const key = ocspKey(inquiry.url, inquiry.question);
    const known = this.#byKey.get(key);
    const issuer = inquiry.issuer ?? known?.issuer;
    if (issuer !== undefined && !isSignedForIssuer(basic, issuer)) {
      return 'an OCSP response that nobody has signed whom the issuer names';
    }
    if (known !== undefined && single.thisUpdate < known.thisUpdate)
      return 'an OCSP response older than the one known';
    this.#makeRoom();
    const { thisUpdate, nextUpdate } = single;
    this.#byKey.set(key, { ...inquiry, issuer, response, thisUpdate, nextUpdate });
    return undefined;
  }

  /**
   * Takes in an answer of an earlier run.
   *
   * @param key - from {@link ocspKey}
   */
  restore(key: string, response: Uint8Array, maxBytes: number): void {
    const space = key.lastIndexOf(' ');
    const question = Buffer.from(key.slice(space + 1), 'base64');
    const decoded = decodeOcspRequest(question);
    const [about] = decoded.ok ? decoded.value.requests : [];
    if (about === undefined) return;
    const { serialHex } = about.certId;
    this.offer({ url: key.slice(0, space), question, serialHex, issuer: undefined }, response, maxBytes);
  }

  #makeRoom(): void {
    if (this.#byKey.size < mostAnswers) return;
    const oldest = this.#byKey.keys().next().value;
    if (oldest !== undefined) this.#byKey.delete(oldest);
  }
}

/**
 * Names a question to a responder.
 * @param url - the responder
 * @param question - the request, DER
 */
export function ocspKey(url: string, question: Uint8Array): string {
  return `${url} ${Buffer.from(question).toString('base64')}`;
}
