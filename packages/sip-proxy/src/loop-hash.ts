import { magicCookie, type SipRequest } from '@entente/sip';

/**
 * A short value over everything that decides where a request goes. A request that comes back with the same value is in a
 * loop; one that comes back with another value is a spiral and is fine. It guards against accidents, not against a
 * sender, who can only harm his own request: so it is fast rather than cryptographic.
 * @see RFC 5393 §4.2.1, RFC 3261 §16.6 step 8
 */
export function loopHash(request: SipRequest): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  const feed = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b + code, 0x9e3779b1) ^ (b >>> 15);
    }
    a = Math.imul(a ^ 0x1ff, 0x01000193);
    b = Math.imul(b + 0x1ff, 0x9e3779b1);
  };
  feed(request.uriText);
  feed(request.from.tag ?? '');
  feed(request.to.tag ?? '');
  feed(request.get('Call-ID') ?? '');
  feed(String(request.cseq.sequence));
  for (const name of ['Route', 'Proxy-Require', 'Proxy-Authorization']) {
    for (const value of request.all(name)) feed(value);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

/**
 * A branch that carries the loop value.
 * @param unique new for each client transaction of this server, made of token characters without a full stop
 * @param hash from {@link loopHash}
 */
export function createBranch(unique: string, hash: string): string {
  return `${magicCookie}${unique}.${hash}`;
}

/** The loop value of a branch of ours, or undefined. */
export function loopHashOf(branch: string | undefined): string | undefined {
  const dot = branch?.lastIndexOf('.') ?? -1;
  return dot === -1 ? undefined : branch!.slice(dot + 1);
}
