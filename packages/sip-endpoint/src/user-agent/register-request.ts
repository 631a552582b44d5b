import { createRequest, NameAddr, type SipRequest, type SipResponse } from '@entente/sip';
import { taggedAddress } from './user-agent-session.ts';

/** Who registers. */
export interface RegisterParts {
  readonly addressOfRecord: string;
  /** User and host of the Contact. */
  readonly contact: string;
  /** URN of the device (RFC 5626 §4.1). */
  readonly instance: string;
  readonly callId: string;
  readonly isSips: boolean;
}

/** One flow for each user agent; the number is the same after each start, so that the registrar replaces the one before. */
const regId = 1;

/**
 * The REGISTER requests of a user agent, and what their answers say. A first hop that does not support outbound is registered with without
 * it.
 * @see RFC 3261 §10.2, RFC 5626 §4.2.1
 */
export class RegisterRequests {
  readonly #parts: RegisterParts;
  readonly #registrar: string;
  #isOutbound = true;
  #leastSec = 0;
  /** CSeq of the last one: of one Call-ID each is one above that before (RFC 3261 §10.2). */
  #sequence = 0;

  /** @param parts - who registers */
  constructor(parts: RegisterParts) {
    this.#parts = parts;
    const { addressOfRecord, isSips } = parts;
    const domain = addressOfRecord.slice(addressOfRecord.lastIndexOf('@') + 1);
    this.#registrar = `${isSips ? 'sips' : 'sip'}:${domain}`;
  }

  /**
   * @param expiresSec - seconds that are asked for; 0 removes the binding
   * @param tag - of From
   */
  build(expiresSec: number, tag: string): SipRequest {
    const { addressOfRecord, callId } = this.#parts;
    const expires = expiresSec === 0 ? 0 : Math.max(expiresSec, this.#leastSec);
    return createRequest({
      method: 'REGISTER',
      uri: this.#registrar,
      from: taggedAddress(addressOfRecord, tag),
      to: `<${addressOfRecord}>`,
      callId,
      cseq: ++this.#sequence,
      contact: this.#contact(),
      headers: { Expires: expires, Supported: 'path, outbound, gruu' },
    });
  }

  /**
   * Learns from a failure what the server wants otherwise.
   * @param response - 300 to 699
   * @returns whether the request is worth sending again at once
   */
  learn(response: SipResponse): boolean {
    if (response.status === 439 && this.#isOutbound) {
      this.#isOutbound = false;
      return true;
    }
    if (response.status !== 423) return false;
    const least = Number(response.get('Min-Expires'));
    if (!(Number.isInteger(least) && least > this.#leastSec && least <= 0xffff_ffff)) return false;
    this.#leastSec = least;
    return true;
  }

  /** Seconds that a 2xx grants our Contact; undefined where it does not say (RFC 3261 §10.2.4). */
  granted(response: SipResponse): number | undefined {
    return readable(() => {
      const own = response.contacts.find(({ uriText }) => uriText.includes(this.#parts.contact));
      const seconds = Number(own?.parameters.get('expires') ?? response.expires);
      return Number.isInteger(seconds) && seconds > 0 ? seconds : undefined;
    });
  }

  /** Whether a 2xx says that the flow is registered, so that keep-alives are answered (RFC 5626 §4.2.1). */
  isFlow(response: SipResponse): boolean {
    return (
      this.#isOutbound &&
      readable(() => response.requires.some((tag) => tag.toLowerCase() === 'outbound')) === true
    );
  }

  /** Seconds without a keep-alive that a 2xx allows; undefined where it does not say (RFC 5626 §4.4). */
  flowTimer(response: SipResponse): number | undefined {
    const seconds = Number(response.get('Flow-Timer') ?? Number.NaN);
    return Number.isInteger(seconds) && seconds > 0 && seconds <= 0xffff_ffff ? seconds : undefined;
  }

  #contact(): NameAddr {
    const { contact, instance, isSips } = this.#parts;
    const uri = isSips ? `sips:${contact}` : `sip:${contact};transport=tls`;
    const address = NameAddr.from({ uri }).withParameter('+sip.instance', `<${instance}>`);
    return this.#isOutbound ? address.withParameter('reg-id', regId) : address;
  }
}

/** What a server wrote wrongly counts as not written. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
