import { Buffer } from 'node:buffer';
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

const scratchBytes = 1_024;
/** Bytes of the text that is being hashed, and the same as words. */
const scratch = Buffer.alloc(scratchBytes);
const words = new Int32Array(scratch.buffer, scratch.byteOffset, scratchBytes / 4);

/**
 * As FNV-1a, but four bytes at once, because credentials are long. Each step can be undone, so that texts that differ in one step differ in
 * the end; the length marks where a text ends, so that moving a character from one to the next shows.
 */
function mix(start: number, text: string): number {
  const { length } = text;
  let hash = start;
  for (let at = 0; at < length; at += scratchBytes) {
    const size = scratch.write(at === 0 ? text : text.slice(at), 'latin1');
    const count = (size + 3) >> 2;
    if ((size & 3) !== 0) scratch.fill(0, size, count << 2);
    for (let i = 0; i < count; i++) hash = step(hash, words[i]!);
  }
  return step(hash, length);
}

/** The shift lets the upper bytes of a word reach the lower bits. */
function step(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x01000193);
  return product ^ (product >>> 15);
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
