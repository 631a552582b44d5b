import {
  createResponse,
  Dialog,
  dialogOfRequest,
  dialogOfResponse,
  parseEvent,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import { extensionsRefused } from './call-methods.ts';
import { type SubscribeOptions, Subscription } from './dialog-events.ts';
import type { Line } from './line.ts';

/** How a subscription outside a call is made, and who hears of it. */
export interface AgentSubscribeOptions extends SubscribeOptions {
  /** Media types of the state that are understood, for example `application/pidf+xml`; default what the event package says. */
  readonly accept?: string;
}

/** What a {@link SubscriptionDialog} is made of. */
export interface SubscriptionDialogParts {
  readonly event: string;
  readonly callId: string;
  /** Tag of this side. */
  readonly localTag: string;
  readonly line: Line;
  readonly options: AgentSubscribeOptions;
  /** Sends the SUBSCRIBE that begins it. `onSent` hears of it before anything can come of it, again where it was challenged. */
  readonly begin: (expiresSec: number, onSent: (request: SipRequest) => void) => Promise<SipResponse>;
}

/**
 * A subscription in a dialog of its own. The first NOTIFY says which dialog that is, before or after the answer to SUBSCRIBE; where the
 * request has reached several notifiers, the others are answered 481, which ends theirs.
 * @see RFC 6665 §4.1.2.4, §4.4.1
 */
export class SubscriptionDialog {
  /** What goes on in it. */
  readonly subscription: Subscription;
  readonly #parts: SubscriptionDialogParts;
  #request: SipRequest | undefined;
  #dialog: Dialog | undefined;
  #isNotified = false;

  /** @param parts - whose, and over which line */
  constructor(parts: SubscriptionDialogParts) {
    this.#parts = parts;
    const { clock, onFault } = parts.line;
    const send = (expiresSec: number) => this.#send(expiresSec);
    this.subscription = new Subscription(parts.event, { clock, send, onFault }, parts.options);
  }

  /** Whether a NOTIFY of it has come. */
  get isNotified(): boolean {
    return this.#isNotified;
  }

  /** A NOTIFY has come with our Call-ID and our tag. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction;
    const refused = extensionsRefused(request);
    if (refused !== undefined) {
      transaction.respond(refused);
      return;
    }
    const status = this.#receive(request);
    transaction.respond(createResponse(request, status));
    this.#dialog?.requestAnswered(request, status);
  }

  #receive(notify: SipRequest): number {
    const event = parseEvent(notify.get('Event') ?? '');
    if (!event.ok) return 400;
    // RFC 6665 §4.1.3: by its event or its sender it belongs to another subscription.
    if (event.value.type !== this.#parts.event) return 481;
    const dialog = this.#isNotified ? this.#dialog : this.#established(notify);
    if (dialog === undefined) return 400;
    if (dialog.remoteTag !== (notify.from.tag ?? '')) return 481;
    const before = { dialog: this.#dialog, isNotified: this.#isNotified };
    this.#dialog = dialog;
    this.#isNotified = true;
    const verdict = dialog.receiveRequest(notify);
    const status = verdict.ok ? this.subscription.receive(notify).status : verdict.status;
    if (status < 300) return status;
    // One that is refused establishes nothing.
    this.#dialog = before.dialog;
    this.#isNotified = before.isNotified;
    return status;
  }

  /** Its route is that of the NOTIFY; one of a server that writes none there, as before RFC 6665, is that of the answer. */
  #established(notify: SipRequest): Dialog | undefined {
    const { callId, localTag } = this.#parts;
    const known = this.#dialog;
    const begun = this.#request;
    const found = dialogOfRequest(notify, { status: 200, localTag }, true);
    if (!found.ok || begun === undefined) return undefined;
    if (known !== undefined && (known.remoteTag !== found.dialog.remoteTag || !notify.has('Record-Route')))
      return known;
    const { remoteTag, remoteTarget, routeSet } = found.dialog;
    return new Dialog({
      role: 'uac',
      state: 'confirmed',
      callId,
      localTag,
      remoteTag,
      localUri: begun.from.uri,
      remoteUri: begun.to.uri,
      remoteTarget,
      routeSet,
      localSequence: known?.localSequence ?? begun.cseq.sequence,
      remoteSequence: undefined,
      secure: begun.uri.scheme === 'sips',
    });
  }

  async #send(expiresSec: number): Promise<SipResponse> {
    const dialog = this.#dialog;
    if (dialog === undefined) return this.#begin(expiresSec);
    const { event, line, options } = this.#parts;
    const session = await line.next();
    const { response } = await session.ask(() =>
      dialog.createRequest('SUBSCRIBE', {
        contact: line.contactFor(dialog.remoteTarget.toString()),
        headers: subscribeHeaders(event, expiresSec, options),
      }),
    );
    dialog.receiveResponse(response);
    return response;
  }

  async #begin(expiresSec: number): Promise<SipResponse> {
    let begun: SipRequest | undefined;
    const response = await this.#parts.begin(expiresSec, (request) => {
      begun = request;
      this.#request = request;
    });
    const found = begun === undefined ? undefined : dialogOfResponse(begun, response, true);
    if (found?.ok) this.#dialog ??= found.dialog;
    return response;
  }
}

/**
 * The header fields of a SUBSCRIBE.
 * @param event - package
 * @param expiresSec - 0 ends the subscription, or asks for the state once
 * @param options - what the subscriber adds
 */
export function subscribeHeaders(
  event: string,
  expiresSec: number,
  { accept }: Pick<AgentSubscribeOptions, 'accept'>,
): Readonly<Record<string, string | number>> {
  return { Event: event, Expires: expiresSec, ...(accept !== undefined && { Accept: accept }) };
}
