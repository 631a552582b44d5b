import { readNameAddr } from '../headers/name-addr.ts';
import { codesOf } from '../syntax/codes.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { messageOfOwn } from './assemble.ts';
import { copyFields } from './create-response.ts';
import { FOLDED, STRIDE } from './head-index.ts';
import { TO, VIA } from './header-names.ts';
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
  let hasVia = false;
  let to = '';
  for (let i = 0; i < lines.length; i += STRIDE) {
    const id = lines[i + 3]! & 0xff;
    if (id === VIA) hasVia = true;
    // A field is present twice and may occur once: a response with both would be as malformed as the request.
    else if (id === TO && (lines[i + 3]! & FOLDED) === 0) to = wire.slice(lines[i + 1]!, lines[i + 2]!);
  }
  if (!hasVia) return undefined;
  const unique = firstOfEach(lines);
  const reason = `${reasonPhrase(problem.status)}${problem.header === undefined ? '' : ` (${problem.header})`}`;
  const tag = needsTag(to) ? statelessTag(wire, unique) : undefined;
  const copied = copyFields(wire, unique, tag, false, false);
  const response = `SIP/2.0 ${problem.status} ${reason}\r\n${copied}Content-Length: 0\r\n\r\n`;
  return messageOfOwn(response) as SipResponse;
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

function needsTag(to: string): boolean {
  const address = readNameAddr(to, codesOf(to, to.length), 0, to.length);
  return address !== undefined && address.tag === undefined;
}

/** FNV-1a over the lines that name the request: no randomness, and a retransmission gets the same tag. */
export function statelessTag(wire: string, lines: readonly number[]): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < lines.length; i += STRIDE) {
    for (let j = lines[i]!; j < lines[i + 2]!; j++) hash = Math.imul(hash ^ wire.charCodeAt(j), 0x01000193);
  }
  return `e${(hash >>> 0).toString(16)}`;
}
