import { magicCookie, type SipRequest } from '@entente/sip';

/**
 * A short value over everything that decides where a request goes. A request that comes back with the same value is in a
 * loop; one that comes back with another value is a spiral and is fine. That it is the same request, our Via in it says: tags, Call-ID and
 * CSeq need not be in the value. It guards against accidents, not against a sender, who can only harm their own request: so it is fast
 * rather than cryptographic.
 * @see RFC 5393 §4.2.1, RFC 3261 §16.6 step 8
 */
export function loopHash(request: SipRequest): string {
  let hash = mix(0x811c9dc5, request.uriText);
  for (const name of hashedFields) {
    if (request.has(name)) for (const value of request.all(name)) hash = mix(hash, value);
  }
  return (hash >>> 0).toString(36);
}

const hashedFields = ['Route', 'Proxy-Require', 'Proxy-Authorization'] as const;

/** FNV-1a, and a mark between texts so that moving a character from one to the next shows. */
function mix(start: number, text: string): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ 0x1ff, 0x01000193);
}

/**
 * A branch that carries the loop value.
 * @param unique - new for each client transaction of this server, made of token characters without a full stop
 * @param hash - from {@link loopHash}
 */
export function createBranch(unique: string, hash: string): string {
  return `${magicCookie}${unique}.${hash}`;
}

/** The loop value of a branch of ours, or undefined. */
export function loopHashOf(branch: string | undefined): string | undefined {
  const dot = branch?.lastIndexOf('.') ?? -1;
  return dot === -1 ? undefined : branch!.slice(dot + 1);
}
