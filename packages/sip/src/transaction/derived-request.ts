import { messageOfOwn } from '../message/assemble.ts';
import { STRIDE } from '../message/head-index.ts';
import { CALL_ID, FROM, ROUTE, TO, VIA } from '../message/header-names.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { findComma } from '../syntax/quoted.ts';

/**
 * Builds the hop-by-hop request that belongs to a sent request: ACK for its failure, or its CANCEL. Fields are copied as
 * bytes: Request-URI, topmost Via, Route, From, Call-ID; To from where it is given.
 */
export function derivedRequest(
  original: SipRequest,
  method: 'ACK' | 'CANCEL',
  toFrom: SipMessage,
): SipRequest {
  let wire = `${method} ${original.uriText} SIP/2.0\r\n${topViaLine(original)}`;
  wire += copied(original, ROUTE);
  wire += `Max-Forwards: 70\r\n${copied(original, FROM)}${copied(toFrom, TO)}${copied(original, CALL_ID)}`;
  wire += `CSeq: ${original.cseq.sequence} ${method}\r\nContent-Length: 0\r\n\r\n`;
  return messageOfOwn(wire) as SipRequest;
}

function topViaLine(message: SipRequest): string {
  const line = message.find(VIA);
  if (line === -1) return '';
  const lines = message.head.lines;
  const value = message.headerWire.slice(lines[line + 1]!, lines[line + 2]!);
  return `Via: ${value.slice(0, findComma(value, 0, value.length)).trim()}\r\n`;
}

function copied(message: SipMessage, id: number): string {
  const { lines } = message.head;
  let out = '';
  for (let i = 0; i < lines.length; i += STRIDE) {
    if ((lines[i + 3]! & 0xff) === id) out += message.headerWire.slice(lines[i]!, lines[i + 2]! + 2);
  }
  return out;
}
