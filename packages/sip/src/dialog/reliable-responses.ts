import { parseRSeq, RAck } from '../headers/rack.ts';
import { checkIsResponse } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { tagsOf } from '../message/tags-of.ts';
import { kindOf } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { Dialog, type InDialogParts } from './dialog.ts';

/**
 * What to do with a provisional response. `plain`: process it, it is not reliable. `acknowledge`: send PRACK, process it.
 * `drop`: it was seen before, or one before it is missing and will be repeated.
 */
export type ReliableResponseVerdict = 'plain' | 'acknowledge' | 'drop';

/**
 * Reliable provisional responses on the side that sent the INVITE, one object for each early dialog.
 * @see RFC 3262 §4
 */
export class ReliableResponses {
  #last: number | undefined = undefined;

  /**
   * Decides about a provisional response in order of its RSeq.
   * @param response - 100–199 to the INVITE, of this early dialog
   */
  receive(response: SipResponse): ReliableResponseVerdict {
    const value = response.get('RSeq');
    if (response.status === 100 || value === undefined) return 'plain';
    const tags = tagsOf(response, 'Require');
    // Whether it is reliable is unknown: without a PRACK it is repeated, or it was not reliable.
    if (tags === undefined) return 'drop';
    if (!tags.includes('100rel')) return 'plain';
    const sequence = parseRSeq(value);
    if (!sequence.ok || (this.#last !== undefined && sequence.value !== this.#last + 1)) return 'drop';
    this.#last = sequence.value;
    return 'acknowledge';
  }
}

/**
 * The PRACK for a reliable provisional response.
 * @param dialog - the early dialog of the response
 * @param response - a response that {@link ReliableResponses.receive} wants acknowledged
 * @param parts - further parts of the request, for instance an answer
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the response has no RSeq
 * @see RFC 3262 §4, §7.2
 */
export function createPrack(dialog: Dialog, response: SipResponse, parts: InDialogParts = {}): SipRequest {
  if (!(dialog instanceof Dialog))
    throw new SipArgumentError(
      `expected a Dialog, found ${kindOf(dialog)}`,
      'dialog of createPrack',
      'give the dialog of the response',
    );
  checkIsResponse(response, 'createPrack');
  const { sequence, method } = response.cseq;
  const number = parseRSeq(response.get('RSeq') ?? '');
  if (!number.ok)
    throw new SipArgumentError(
      number.error.message,
      'response to acknowledge with PRACK',
      'acknowledge only responses for which receive returned acknowledge',
    );
  const rack = new RAck(number.value, sequence, method);
  const given = parts.headers ?? [];
  const headers = Array.isArray(given) ? [['RAck', rack] as const, ...given] : { RAck: rack, ...given };
  return dialog.createRequest('PRACK', { ...parts, headers });
}
