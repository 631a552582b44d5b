import { checkIsResponse } from './check-given.ts';
import { edit } from './edit.ts';
import { type Head, STRIDE } from './head-index.ts';
import { VIA } from './header-names.ts';
import type { SipRequest } from './request.ts';
import type { SipResponse } from './response.ts';

/**
 * A response as it goes back from a proxy: without the topmost Via value; every other byte stays as it was.
 *
 * @param response - As received, with our Via on top.
 * @param request - That it answers, as received: where the Via that is topmost then is as it was there, it is not read again.
 * @returns `undefined` where there is no other Via value, so that there is nobody to send it to.
 * @see RFC 3261 §16.7 step 3
 */
export function withoutTopVia(response: SipResponse, request?: SipRequest): SipResponse | undefined {
  checkIsResponse(response, 'withoutTopVia');
  // As a rule the topmost value has a field of its own, and is read.
  if (response.viaBelowTop !== -1) {
    const without = withoutField(response, response.find(VIA));
    if (request !== undefined) without.knowTopViaAs(request);
    return without;
  }
  if (response.values('Via').length < 2) return undefined;
  return edit(response).removeFirstValue('Via').toMessage();
}

/** The response without one line: the offsets behind it move. */
function withoutField(response: SipResponse, line: number): SipResponse {
  const { headerWire, head, separateBody } = response;
  const before = head.lines;
  const start = before[line]!;
  const end = before[line + 2]! + 2;
  const size = end - start;
  const lines: number[] = new Array(before.length - STRIDE);
  for (let i = 0; i < line; i++) lines[i] = before[i]!;
  for (let i = line; i < lines.length; i += STRIDE) {
    lines[i] = before[i + STRIDE]! - size;
    lines[i + 1] = before[i + STRIDE + 1]! - size;
    lines[i + 2] = before[i + STRIDE + 2]! - size;
    lines[i + 3] = before[i + STRIDE + 3]!;
  }
  const { contentLength, present, problem, repeatable, startLineEnd } = head;
  const moved: Head = {
    startLineEnd,
    lines,
    bodyStart: head.bodyStart - size,
    contentLength,
    present,
    repeatable,
    problem,
  };
  const without = response.withHead(headerWire.slice(0, start) + headerWire.slice(end), moved);
  if (separateBody !== '') without.attachBody(separateBody);
  return without;
}
