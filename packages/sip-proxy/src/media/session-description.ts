import { type MediaProblem, unreadable } from './media-problem.ts';

/** The stream of the `m=` line that was read last. */
interface Stream {
  readonly media: string;
  readonly protocol: string;
  readonly port: string;
  /** Offered at port 0 although it is in use: its port is that of another stream (RFC 8843 §6). */
  isBundled: boolean;
  /** Keys for SRTP in the description: `a=crypto` (RFC 4568) or `a=key-mgmt` (RFC 4567). */
  hasKeys: boolean;
  /** A fingerprint of the certificate for DTLS (RFC 5763 §5). */
  hasFingerprint: boolean;
  /** One of its `a=crypto` lines turns encryption off (RFC 4568 §6.3.2). */
  isUnencrypted: boolean;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Looks for a stream that is not encrypted. It reads which streams there are, their protocols and whether there are keys for them, and
 * nothing else; it never changes a description. Lines are read once, in order; a line that has no type is unreadable, so that no reader
 * that is more tolerant finds a stream in it.
 *
 * A stream at port 0 is not in use (RFC 3264 §5.1, §6). RTP must be SRTP; any other protocol must run over TLS or DTLS.
 *
 * @param text - a session description of bounded size
 * @returns undefined where every stream that is in use is encrypted
 * @see RFC 4566 §5, §5.14
 */
export function unencryptedStream(text: string): MediaProblem | undefined {
  // What holds for the whole session stands before the first stream.
  const session: Stream = streamOf('', '', '');
  let stream = session;
  let start = 0;
  while (start < text.length) {
    const end = endOfLine(text, start);
    if (end > start) {
      if (!hasType(text, start, end)) return unreadable(`the line "${clip(text.slice(start, end))}"`);
      if (text.startsWith('m=', start)) {
        const problem = problemOf(stream, session);
        if (problem !== undefined) return problem;
        const next = readStream(text.slice(start + 2, end));
        if (next === undefined) return unreadable(`the line "${clip(text.slice(start, end))}"`);
        // Keys for the whole session count for its streams, and so does what turns them off.
        next.isUnencrypted = session.isUnencrypted;
        stream = next;
      } else if (text.startsWith('a=', start)) readAttribute(stream, text.slice(start + 2, end));
    }
    start = end + 1;
  }
  return problemOf(stream, session);
}

/** Lines end with CRLF; a reader may take a single CR or LF for an end too. */
function endOfLine(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === lineFeed || code === carriageReturn) break;
  }
  return at;
}

/** `<type>=`, with a type of one lower-case letter. */
function hasType(text: string, start: number, end: number): boolean {
  const type = text.charCodeAt(start);
  return end - start >= 2 && type >= 0x61 && type <= 0x7a && text[start + 1] === '=';
}

function streamOf(media: string, port: string, protocol: string): Stream {
  return {
    media,
    port,
    protocol,
    isBundled: false,
    hasKeys: false,
    hasFingerprint: false,
    isUnencrypted: false,
  };
}

/** `<media> <port>[/<number>] <proto> <fmt> …` */
function readStream(value: string): Stream | undefined {
  const [media, port, protocol] = value.split(' ', 4);
  if (!media || !protocol || port === undefined || !/^\d{1,5}(\/\d{1,5})?$/.test(port)) return undefined;
  return streamOf(clip(media), port, clip(protocol.toUpperCase()));
}

function readAttribute(stream: Stream, value: string): void {
  if (value.startsWith('crypto:')) {
    stream.hasKeys = true;
    if (value.toUpperCase().includes('UNENCRYPTED_SRTP')) stream.isUnencrypted = true;
  } else if (value.startsWith('key-mgmt:')) stream.hasKeys = true;
  else if (value.startsWith('fingerprint:')) stream.hasFingerprint = true;
  else if (value.trimEnd() === 'bundle-only') stream.isBundled = true;
}

function problemOf(stream: Stream, session: Stream): MediaProblem | undefined {
  const { media, port, protocol } = stream;
  if (stream === session || (/^0+(\/|$)/.test(port) && !stream.isBundled)) return undefined;
  const parts = protocol.split('/');
  const overTls = parts.some((part) => securedTransports.has(part));
  if (!parts.includes('RTP')) return overTls ? undefined : { kind: 'in-clear', media, protocol };
  const profile = parts.at(-1);
  if ((profile !== 'SAVP' && profile !== 'SAVPF') || stream.isUnencrypted)
    return { kind: 'in-clear', media, protocol };
  const hasFingerprint = stream.hasFingerprint || session.hasFingerprint;
  const hasKeys = overTls ? hasFingerprint : hasFingerprint || stream.hasKeys || session.hasKeys;
  return hasKeys ? undefined : { kind: 'without-keys', media, protocol };
}

/** Parts of a protocol below which everything is encrypted, e.g. `TCP/TLS/MSRP`, `UDP/DTLS/SCTP`, `TCP/WSS/MSRP`. */
const securedTransports: ReadonlySet<string> = new Set(['TLS', 'DTLS', 'WSS']);

const mostShown = 40;

/** A peer's text for a sentence: printable, and not long. */
function clip(text: string): string {
  return text.slice(0, mostShown).replaceAll(/[^ -~]/g, '?');
}
