import { readNameAddr } from '../headers/name-addr.ts';
import { codesOf } from '../syntax/codes.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { messageOfOwn } from './assemble.ts';
import { copyFields } from './create-response.ts';
import { FOLDED, STRIDE } from './head-index.ts';
import { FROM, TO, VIA } from './header-names.ts';
import { reasonPhrase } from './reason-phrases.ts';
import type { SipResponse } from './response.ts';
import { startsWithVersion } from './start-line.ts';

/**
 * The response to a request that was refused as malformed, made of what could be read of it.
 *
 * @returns `undefined` for responses and ACK, which are never answered, and where there is no Via to send it to.
 * @see RFC 3261 §8.2.7 (stateless: the same request gives the same tag), §17.1.1.3 (ACK)
 */
export function rejectionFor(
  wire: string,
  lines: readonly number[],
  problem: SipProblem,
): SipResponse | undefined {
  if (startsWithVersion(wire) || wire.startsWith('ACK ')) return undefined;
  if (!hasField(lines, VIA)) return undefined;
  // A field is present twice and may occur once: a response with both would be as malformed as the request.
  const unique = firstOfEach(lines);
  const reason = `${reasonPhrase(problem.status)}${problem.header === undefined ? '' : ` (${problem.header})`}`;
  const to = stateOf(TO, wire, unique);
  const from = stateOf(FROM, wire, unique);
  const readable = withoutUnreadable(unique, { to, from });
  const tag = to === 'untagged' ? statelessTag(wire, unique) : undefined;
  let copied = copyFields(wire, readable, tag, false, false);
  if (from === 'unreadable') copied += `From: ${unreadable}\r\n`;
  if (to === 'unreadable') copied += `To: ${unreadable};tag=${statelessTag(wire, unique)}\r\n`;
  const response = `SIP/2.0 ${problem.status} ${reason}\r\n${copied}Content-Length: 0\r\n\r\n`;
  return messageOfOwn(response) as SipResponse;
}

/**
 * Stands for an address that cannot be read, or is not there. A copy of it would make the response one that its receiver cannot read either, so that
 * the sender would wait in vain; the response is matched by Via and CSeq alone (RFC 3261 §17.1.3).
 */
const unreadable = '<sip:unreadable.invalid>';

type AddressState = 'tagged' | 'untagged' | 'unreadable';

/** What is known of From or To. One that is folded is left as it is. */
function stateOf(field: number, wire: string, lines: readonly number[]): AddressState {
  for (let i = 0; i < lines.length; i += STRIDE) {
    const flags = lines[i + 3]!;
    if ((flags & 0xff) !== field) continue;
    if ((flags & FOLDED) !== 0) return 'tagged';
    const text = wire.slice(lines[i + 1]!, lines[i + 2]!);
    const address = readNameAddr(text, codesOf(text, text.length), 0, text.length);
    if (address === undefined) return 'unreadable';
    return address.tag === undefined ? 'untagged' : 'tagged';
  }
  return 'unreadable';
}

function withoutUnreadable(
  lines: readonly number[],
  { from, to }: { readonly from: AddressState; readonly to: AddressState },
): readonly number[] {
  const out: number[] = [];
  for (let i = 0; i < lines.length; i += STRIDE) {
    const id = lines[i + 3]! & 0xff;
    if ((id === TO && to === 'unreadable') || (id === FROM && from === 'unreadable')) continue;
    out.push(lines[i]!, lines[i + 1]!, lines[i + 2]!, lines[i + 3]!);
  }
  return out;
}

function hasField(lines: readonly number[], field: number): boolean {
  for (let i = 0; i < lines.length; i += STRIDE) if ((lines[i + 3]! & 0xff) === field) return true;
  return false;
}

/** All Via lines, and the first line of every other name. */
function firstOfEach(lines: readonly number[]): number[] {
  const out: number[] = [];
  let seen = 0;
  for (let i = 0; i < lines.length; i += STRIDE) {
    const id = lines[i + 3]! & 0xff;
    if (id < 31) {
      if ((seen & (1 << id)) !== 0) continue;
      seen |= 1 << id;
    } else if (id !== VIA) continue;
    out.push(lines[i]!, lines[i + 1]!, lines[i + 2]!, lines[i + 3]!);
  }
  return out;
}

/** FNV-1a over the lines that name the request: no randomness, and a retransmission gets the same tag. */
export function statelessTag(wire: string, lines: readonly number[]): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < lines.length; i += STRIDE) {
    for (let j = lines[i]!; j < lines[i + 2]!; j++) hash = Math.imul(hash ^ wire.charCodeAt(j), 0x01000193);
  }
  return `e${(hash >>> 0).toString(16)}`;
}
