import { type MessageFault, type SipMessage, StreamFramer } from '@entente/sip';
import type { FuzzTarget } from '../target.ts';
import { rewrite } from './sip/rewrite.ts';
import { seedMessages } from './sip/seeds.ts';

/** A stream: whatever the bytes, cutting it at other places must not change what comes out. */
export const target: FuzzTarget = {
  name: 'sip-framer',
  seeds: () => {
    const messages = seedMessages();
    const streams = messages.map((text, i) => `${text}\r\n\r\n${messages[(i + 1) % messages.length]}${text}`);
    return streams.map((text) => Buffer.from(text, 'latin1'));
  },
  run(input) {
    frame(input);
    frame(rewrite(input));
  },
};

function frame(bytes: Uint8Array): void {
  // Cuts that depend on the input alone, so that a finding can be replayed.
  const seed = bytes.length === 0 ? 1 : bytes[bytes.length >> 1]! + 1;
  const whole = events([bytes]);
  const chunks: Uint8Array[] = [];
  for (let at = 0, step = seed; at < bytes.length; at += step, step = (step * 7) % 251 || 1) {
    chunks.push(bytes.subarray(at, at + step));
  }
  const cut = events(chunks);
  if (cut !== whole) throw new Error('a stream that is cut elsewhere gives other messages');
}

const emptyLine = Buffer.from('\r\n\r\n');
const limits = { maxHeaderBytes: 8_192, maxBodyBytes: 8_192, maxHeaders: 64, maxStartLineBytes: 1_024 };

const unwanted = { code: 'body-too-long', status: 413, message: 'a large body of odd length' } as const;

function events(chunks: readonly Uint8Array[]): string {
  const seen: string[] = [];
  const framer = new StreamFramer({ limits });
  const sink = {
    message: (message: SipMessage) => seen.push(message.wire),
    // Which limit is met first may depend on how the bytes arrive; that one is met may not.
    error: (fault: MessageFault) => seen.push(fault.fatal ? 'fatal' : `refused ${fault.code}`),
    largeBody: (bodyBytes: number) => (bodyBytes % 2 === 0 ? undefined : unwanted),
  };
  for (const chunk of chunks) framer.push(chunk, sink);
  // An empty line ends a header that is still open: a broken one may be noticed then or before, but it is noticed.
  framer.push(emptyLine, sink);
  // A header is read up to twice its limit, to find out where the message ends.
  if (framer.pendingBytes > 2 * limits.maxHeaderBytes + limits.maxBodyBytes)
    throw new Error('a framer holds too much');
  return seen.join('\n');
}
