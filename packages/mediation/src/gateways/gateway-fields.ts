import type { MessageEditor, SipMessage } from '@entente/sip';

/**
 * The header fields that go on to a gateway, with their compact forms: those of a call, its session and its subscriptions. Whatever else a user
 * writes names calls, users or servers that the telephone network has nothing to do with, or says what only a mediation server may say.
 */
const passing: ReadonlySet<string> = new Set(
  [
    // RFC 3261, RFC 5393. Our own Via, Record-Route and P-Asserted-Identity are written after this.
    [
      'via',
      'v',
      'route',
      'record-route',
      'max-forwards',
      'max-breadth',
      'from',
      'f',
      'to',
      't',
      'call-id',
      'i',
    ],
    [
      'cseq',
      'contact',
      'm',
      'allow',
      'supported',
      'k',
      'require',
      'proxy-require',
      'unsupported',
      'timestamp',
    ],
    ['date', 'expires', 'retry-after', 'priority'],
    ['content-type', 'c', 'content-length', 'l', 'content-encoding', 'e', 'content-disposition'],
    ['content-language', 'mime-version', 'accept', 'accept-encoding', 'accept-language'],
    // RFC 4028, RFC 3262, RFC 6665, RFC 3515, RFC 4488, RFC 6086, RFC 3326, RFC 5009.
    [
      'session-expires',
      'x',
      'min-se',
      'rack',
      'rseq',
      'event',
      'o',
      'allow-events',
      'u',
      'subscription-state',
    ],
    ['refer-to', 'r', 'refer-sub', 'info-package', 'recv-info', 'reason', 'p-early-media'],
    // What a caller asks for, and where somebody in need is: RFC 3323, RFC 4412, RFC 6442.
    ['privacy', 'resource-priority', 'accept-resource-priority', 'geolocation', 'geolocation-routing'],
  ].flat(),
);

const takeovers = ['Replaces', 'Join', 'Target-Dialog'] as const;

/**
 * The field by which a request names another call, where it has one.
 * @param message - a request
 * @see RFC 3891, RFC 3911, RFC 4538
 */
export function otherCallOf(message: Pick<SipMessage, 'has'>): string | undefined {
  return takeovers.find((name) => message.has(name));
}

/**
 * Takes off a message that goes to a gateway whatever does not belong there.
 * @param editor - of the message
 * @param message - as received
 */
export function keepPassingFields(editor: MessageEditor<SipMessage>, message: SipMessage): void {
  for (const [name] of message.headers()) if (!passing.has(name.toLowerCase())) editor.remove(name);
}
