import { decodeOcspResponse } from '@entente/x509';

/** An answer of a responder, with the question it answers. */
export interface FetchedOcsp {
  readonly url: string;
  /** The request, for asking again. */
  readonly question: Uint8Array;
  /** Serial number of the certificate that was asked about. */
  readonly serialHex: string;
  readonly response: Uint8Array;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

/** Answers kept; the oldest goes first. */
const mostAnswers = 4_096;

/**
 * The OCSP answers that were fetched, one for each question. Who signed them is the judge's business; here an answer is only
 * required to be one, to speak of the certificate that was asked about, and not to be older than the one known.
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

  /** Every answer with its key. */
  entries(): Iterable<[string, FetchedOcsp]> {
    return this.#byKey.entries();
  }

  /**
   * Takes in an answer.
   *
   * @param url - the responder
   * @param question - what it was asked, DER
   * @param serialHex - serial number of the certificate asked about
   * @param response - what it answered
   * @param maxBytes - bound for the decoder
   * @returns undefined when it was taken in, else why it was not
   */
  offer(
    url: string,
    question: Uint8Array,
    serialHex: string,
    response: Uint8Array,
    maxBytes: number,
  ): string | undefined {
    const decoded = decodeOcspResponse(response, { maxBytes });
    if (!decoded.ok) return `not an OCSP response: ${decoded.error.message}`;
    const { status, basic } = decoded.value;
    if (basic === undefined) return `the responder answers ${status}`;
    const single = basic.responses.find(({ certId }) => certId.serialHex === serialHex);
    if (single === undefined) return 'an OCSP response about other certificates';
    const key = ocspKey(url, question);
    const known = this.#byKey.get(key);
    if (known !== undefined && single.thisUpdate < known.thisUpdate)
      return 'an OCSP response older than the one known';
    this.#makeRoom();
    this.#byKey.set(key, {
      url,
      question,
      serialHex,
      response,
      thisUpdate: single.thisUpdate,
      nextUpdate: single.nextUpdate,
    });
    return undefined;
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
