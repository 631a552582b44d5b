import { addressOfRecord, detached, type SipRequest } from '@entente/sip';
import { Rest } from './target-pause.ts';

/** Targets of one client that are remembered, and how long an address may be that is: a client chooses them. */
const maxTargets = 32;
const maxLength = 256;

/**
 * Targets to which the requests of one client have led to nothing. Carrying them there costs time, which others need, so further ones are
 * refused at once for a while. It is the target that rests, not the client: who is called, or whom others make send something, by
 * subscribing or calling and not answering, is reached and heard as before. Requests in a dialog neither count nor are refused.
 */
export class FailingTargets {
  readonly #targets = new Map<string, Rest>();

  /** A request has led to nothing. */
  failed(request: SipRequest): void {
    const key = targetOf(request);
    if (key === undefined) return;
    let rest = this.#targets.get(key);
    if (rest === undefined) {
      if (this.#targets.size === maxTargets) return;
      rest = new Rest();
      this.#targets.set(detached(key), rest);
    }
    rest.failed();
  }

  /** Whether a request is refused at once. */
  refuses(request: SipRequest): boolean {
    if (this.#targets.size === 0) return false;
    const key = targetOf(request);
    return key !== undefined && this.#targets.get(key)?.refuses() === true;
  }

  /**
   * A second has passed.
   * @returns whether there is anything to remember
   */
  tick(): boolean {
    for (const [key, rest] of this.#targets) if (!rest.tick()) this.#targets.delete(key);
    return this.#targets.size > 0;
  }
}

/** Where a request goes; undefined for one in a dialog, for REGISTER, and for CANCEL and ACK, which end something. */
function targetOf({ method, to, uri }: SipRequest): string | undefined {
  if (to.tag !== undefined || method === 'REGISTER' || method === 'CANCEL' || method === 'ACK')
    return undefined;
  const key = addressOfRecord(uri) ?? uri.toString();
  return key.length <= maxLength ? key : undefined;
}
