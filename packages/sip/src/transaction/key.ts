import { magicCookie } from '../headers/via.ts';
import { checkIsMessage } from '../message/check-given.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { canonicalHost } from '../uri/ip-address.ts';

/**
 * The key under which the server transaction of a request is kept: branch, sent-by and method, with ACK counted as
 * INVITE so that it finds the INVITE it acknowledges.
 * @param message - a request as received, or a response as it goes back to its sender: without a Via of our own
 * @param method - look for a transaction of this method instead: `INVITE` to find what a CANCEL wants to end (§9.2)
 * @returns undefined where the branch does not begin with the magic cookie: matching as in RFC 2543 is not offered,
 *   such a request is answered 400
 * @see RFC 3261 §17.2.3
 */
export function serverTransactionKey(message: SipRequest | SipResponse, method?: string): string | undefined {
  checkIsMessage(message, 'serverTransactionKey');
  const of = method ?? (message.kind === 'request' ? message.method : message.cseq.method);
  return keyOf(message, of === 'ACK' ? 'INVITE' : of);
}

/**
 * The key under which a client transaction is kept and a response finds it: branch and CSeq method.
 * @param message - the request as sent, or a response as received
 * @see RFC 3261 §17.1.3
 */
export function clientTransactionKey(message: SipRequest | SipResponse): string | undefined {
  const branch = transactionBranch(message);
  if (branch === undefined) return undefined;
  // A request has the same method in CSeq.
  return `${branch}|${message.kind === 'request' ? message.method : message.cseq.method}`;
}

function keyOf(message: SipRequest | SipResponse, method: string): string | undefined {
  const branch = transactionBranch(message);
  if (branch === undefined) return undefined;
  const via = message.topVia;
  // Host names compare without regard to case; a missing port stays missing, because repeats repeat it that way.
  const host = via.host.charCodeAt(0) === 0x5b ? canonicalHost(via.host) : lower(via.host);
  return via.port === undefined ? `${branch}|${host}|${method}` : `${branch}|${host}:${via.port}|${method}`;
}

/**
 * The branch that names a transaction, of the topmost Via.
 * @returns undefined where it does not begin with the magic cookie, or is nothing more: see {@link serverTransactionKey}
 * @see RFC 3261 §8.1.1.7
 */
export function transactionBranch(message: SipRequest | SipResponse): string | undefined {
  checkIsMessage(message, 'transactionBranch');
  const { branch } = message.topVia;
  return branch !== undefined && branch.length > magicCookie.length && branch.startsWith(magicCookie)
    ? branch
    : undefined;
}

function lower(host: string): string {
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i);
    if (code >= 0x41 && code <= 0x5a) return host.toLowerCase();
  }
  return host;
}
