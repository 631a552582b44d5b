import { Fault } from '@entente/options';
import { CSeq, maxSequence } from '../headers/cseq.ts';
import { NameAddr } from '../headers/name-addr.ts';
import { createRequest, type RequestParts } from '../message/create-request.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { checkObject } from '../syntax/check-object.ts';
import type { Uri } from '../uri/uri.ts';
import { dialogId } from './dialog-id.ts';
import { contactUri, recordRoutesOf } from './received-fields.ts';
import { applyRouteSet } from './route-set.ts';

/** `early` until a 2xx, then `confirmed` until it ends. */
export type DialogState = 'early' | 'confirmed' | 'terminated';

/** The state of a dialog when it is created. */
export interface DialogParts {
  /** `uac` for the side that sent the request that created it. */
  readonly role: 'uac' | 'uas';
  /** `early` where a provisional response created it, `confirmed` where a 2xx did. */
  readonly state: 'early' | 'confirmed';
  /** Call-ID of the request that created it. */
  readonly callId: string;
  /** The tag that this side put into From of the request, or into To of the response. */
  readonly localTag: string;
  /** The empty text where the peer sends none. */
  readonly remoteTag: string;
  /** From of the request for the side that sent it, To for the side that answers (RFC 3261 §12.1.1, §12.1.2). */
  readonly localUri: Uri;
  /** To of the request for the side that sent it, From for the side that answers (RFC 3261 §12.1.1, §12.1.2). */
  readonly remoteUri: Uri;
  /** The URI of the Contact of the other side, to which requests in the dialog go. */
  readonly remoteTarget: Uri;
  /** First hop first. */
  readonly routeSet: readonly NameAddr[];
  /** The last CSeq number this side used; undefined before the first. */
  readonly localSequence: number | undefined;
  /** The highest CSeq number received; undefined before the first. */
  readonly remoteSequence: number | undefined;
  /** Whether the request was sent over TLS to a sips URI. */
  readonly secure: boolean;
}

/** The parts of a request inside a dialog that the dialog does not provide. */
export type InDialogParts = Pick<
  RequestParts,
  'via' | 'maxForwards' | 'contact' | 'headers' | 'contentType' | 'body'
>;

/** Whether a request received in a dialog may be processed; if not, the response to send. */
export type InDialogVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 481 | 500; readonly message: string };

/** Methods whose request or 2xx moves the remote target (RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665 §4.4.1). */
const targetRefreshMethods = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/**
 * A dialog: mutable, driven by the messages it sends and receives.
 * @see RFC 3261 §12
 */
export class Dialog {
  /** `uac` for the side that sent the request that created the dialog. */
  readonly role: 'uac' | 'uas';
  /** Call-ID of all messages in the dialog, compared with case. */
  readonly callId: string;
  /** The tag of this side: in From of what it sends, in To of what it receives. */
  readonly localTag: string;
  /** The tag of the other side; the empty text where the peer sends none (RFC 2543). */
  readonly remoteTag: string;
  /** The URI of this side: in From of what it sends (RFC 3261 §12.2.1.1). */
  readonly localUri: Uri;
  /** The URI of the other side: in To of what this side sends (RFC 3261 §12.2.1.1). */
  readonly remoteUri: Uri;
  /** Whether the request that created it went over TLS to a sips URI (RFC 3261 §12.1.1, §12.1.2). */
  readonly secure: boolean;
  #state: DialogState;
  #remoteTarget: Uri;
  #routeSet: readonly NameAddr[];
  #localSequence: number | undefined;
  #remoteSequence: number | undefined;

  /** @param parts - from `dialogOfRequest` or `dialogOfResponse`, or from a store */
  constructor(parts: DialogParts) {
    checkObject(parts, 'parts of a Dialog', 'let dialogOfRequest or dialogOfResponse make it');
    this.role = parts.role;
    this.callId = parts.callId;
    this.localTag = parts.localTag;
    this.remoteTag = parts.remoteTag;
    this.localUri = parts.localUri;
    this.remoteUri = parts.remoteUri;
    this.secure = parts.secure;
    this.#state = parts.state;
    this.#remoteTarget = parts.remoteTarget;
    this.#routeSet = parts.routeSet;
    this.#localSequence = parts.localSequence;
    this.#remoteSequence = parts.remoteSequence;
  }

  /** The key of the dialog, for later messages. */
  get id(): string {
    return dialogId(this.callId, this.localTag, this.remoteTag);
  }

  /** As of the messages and calls so far; `terminated` is final. */
  get state(): DialogState {
    return this.#state;
  }

  /** Where requests inside the dialog go. */
  get remoteTarget(): Uri {
    return this.#remoteTarget;
  }

  /** First hop first. */
  get routeSet(): readonly NameAddr[] {
    return this.#routeSet;
  }

  /** The last CSeq number that this side used, 0 to 2^32 - 1; undefined before the first. */
  get localSequence(): number | undefined {
    return this.#localSequence;
  }

  /** The highest CSeq number received, 0 to 2^32 - 1; undefined before the first. */
  get remoteSequence(): number | undefined {
    return this.#remoteSequence;
  }

  /**
   * Builds the next request inside the dialog and counts its CSeq.
   * @param method - any but ACK and CANCEL
   * @param parts - further parts of the request
   * @throws DialogFault `SIP_DIALOG_STATE` where the dialog has ended, or the called side sends BYE on an early one
   * @see RFC 3261 §12.2.1.1
   */
  createRequest(method: string, parts: InDialogParts = {}): SipRequest {
    if (this.#state === 'terminated') {
      throw new DialogFault(
        'expected a live dialog, found a terminated one',
        `${method} in a dialog`,
        'start a new dialog',
      );
    }
    if (method === 'ACK' || method === 'CANCEL') {
      throw new DialogFault(
        'expected a method with a number of its own, found one without',
        `${method} in a dialog`,
        'use createAck or createCancel',
      );
    }
    if (method === 'BYE' && this.role === 'uas' && this.#state === 'early') {
      throw new DialogFault(
        'expected a confirmed dialog, found an early one',
        'BYE in a dialog',
        'answer the INVITE with a failure instead (RFC 3261 §15)',
      );
    }
    const sequence = this.#localSequence === undefined ? 1 : this.#localSequence + 1;
    if (sequence > maxSequence)
      throw new DialogFault(
        'expected a number below 2^32, found a greater one',
        'CSeq of a dialog',
        'start a new dialog',
      );
    this.#localSequence = sequence;
    return this.#build(method, sequence, parts);
  }

  /**
   * Builds the ACK for a 2xx. Each repeated 2xx gets the same ACK again.
   * @param inviteSequence - CSeq number of the INVITE that was accepted
   * @param parts - further parts of the request, for instance an answer
   * @see RFC 3261 §13.2.2.4
   */
  createAck(inviteSequence: number, parts: InDialogParts = {}): SipRequest {
    return this.#build('ACK', inviteSequence, parts);
  }

  /**
   * Builds the BYE and ends the dialog.
   * @throws DialogFault `SIP_DIALOG_STATE` as {@link createRequest}
   * @see RFC 3261 §15.1.1
   */
  createBye(parts: InDialogParts = {}): SipRequest {
    const bye = this.createRequest('BYE', parts);
    this.#state = 'terminated';
    return bye;
  }

  /**
   * Updates the dialog by a request that was received in it.
   * @returns 500 for a CSeq number below one seen before, 481 where the dialog has ended
   * @see RFC 3261 §12.2.2
   */
  receiveRequest(request: SipRequest): InDialogVerdict {
    const sequence = request.cseq.sequence;
    // ACK and CANCEL have the number of the request that they belong to and change nothing.
    if (request.method === 'ACK' || request.method === 'CANCEL') return { ok: true };
    if (this.#state === 'terminated') {
      return { ok: false, status: 481, message: 'Dialog: expected a live one, found a terminated one' };
    }
    if (this.#remoteSequence !== undefined && sequence <= this.#remoteSequence) {
      return {
        ok: false,
        status: 500,
        message: `CSeq: expected a number above ${this.#remoteSequence}, found ${sequence}`,
      };
    }
    this.#remoteSequence = sequence;
    return { ok: true };
  }

  /**
   * Updates the dialog by the final response that this side sent in it: only an accepted request changes it.
   * @param request - as received
   * @param status - of the response
   */
  requestAnswered(request: SipRequest, status: number): void {
    if (status < 200 || status >= 300) return;
    if (request.method === 'BYE') this.#state = 'terminated';
    else if (this.#state !== 'terminated') this.#refreshTarget(request);
  }

  /**
   * Updates the dialog by a response to a request that this side sent in it, including the one that created it.
   * @param response - as received
   * @see RFC 3261 §12.2.1.2, §13.2.2.4
   */
  receiveResponse(response: SipResponse): void {
    const { status } = response;
    if (this.#state === 'terminated' || status < 200) return;
    const initial = this.#state === 'early' && this.role === 'uac' && response.cseq.method === 'INVITE';
    if (status < 300) {
      if (initial) {
        this.#state = 'confirmed';
        // Record-Route that cannot be read leaves the route set of the early dialog.
        const routes = recordRoutesOf(response);
        if (routes !== undefined) this.#routeSet = [...routes].reverse();
      }
      this.#refreshTarget(response);
    } else if (initial || status === 481 || status === 408) {
      this.#state = 'terminated';
    }
  }

  /** This side has sent a 2xx: the dialog is confirmed. */
  confirm(): void {
    if (this.#state === 'early') this.#state = 'confirmed';
  }

  /** Ends the dialog: no response to a request in it (as 408), a failure for the INVITE, or the end of its usage. */
  terminate(): void {
    this.#state = 'terminated';
  }

  #refreshTarget(message: SipRequest | SipResponse): void {
    if (!targetRefreshMethods.has(message.cseq.method)) return;
    const target = contactUri(message);
    if (target !== undefined) this.#remoteTarget = target;
  }

  #build(method: string, sequence: number, parts: InDialogParts): SipRequest {
    const { uri, routes } = applyRouteSet(this.#remoteTarget, this.#routeSet);
    return createRequest({
      ...parts,
      method,
      uri,
      routes,
      from: tagged(this.localUri, this.localTag),
      to: tagged(this.remoteUri, this.remoteTag),
      callId: this.callId,
      cseq: new CSeq(sequence, method),
    });
  }
}

/** Thrown where the state of a dialog does not allow a call. Match it by `code`. */
export class DialogFault extends Fault<'SIP_DIALOG_STATE'> {
  /** Always `DialogFault`. */
  override readonly name = 'DialogFault';

  /**
   * @param sentence - what was expected, what was found; without final stop
   * @param place - argument or field
   * @param remedy - what to do now
   */
  constructor(sentence: string, place: string, remedy: string) {
    super('SIP_DIALOG_STATE', { sentence, place, remedy });
  }
}

function tagged(uri: Uri, tag: string): NameAddr {
  return NameAddr.from({ uri, parameters: tag === '' ? {} : { tag } });
}
