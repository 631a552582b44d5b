import { checkMessage, edit, parseMessage, StreamFramer } from '@entente/sip';
import { cpuMicros } from '../../process/processor-time.ts';
import { fitPower } from '../../statistics.ts';

/** How the time of one kind of input grows with its size: time ~ size^exponent. */
export interface Growth {
  readonly what: string;
  readonly exponent: number;
}

const unlimited = {
  maxStartLineBytes: 1 << 24,
  maxHeaders: 1 << 24,
  maxHeaderBytes: 1 << 24,
  maxBodyBytes: 1 << 24,
};
const none = { message: () => undefined, error: () => undefined };

/** Inputs made to be slow, each as a function of its size, and how they are handed over. */
const kinds: Readonly<Record<string, (size: number) => () => void>> = {
  'one parameter after another': (size) => whole(field(`From: <sip:a@b>${list(size, (i) => `;p${i}=v`)}`)),
  'Via values in one field': (size) =>
    whole(field(`Via: ${list(size, () => 'SIP/2.0/TLS a,')}SIP/2.0/TLS a`)),
  'contacts with brackets that stay open': (size) =>
    whole(field(`Contact: ${list(size, () => '<sip:a@b>,')}<sip:a@b`)),
  'header fields without end': (size) => whole(list(size, (i) => `X-${i}: a\r\n`)),
  'one field repeated': (size) => whole(list(size, () => 'Contact: <sip:a@b>\r\n')),
  'folds without end': (size) => whole(field(`Subject: a${list(size, () => '\r\n b')}`)),
  'backslashes in quotes': (size) => whole(field(`From: "${list(size, () => '\\"')}" <sip:a@b>;tag=1`)),
  'quotes and commas': (size) => whole(field(`Supported: ${list(size, () => '",')}`)),
  'escapes in a URI': (size) => whole(field(`Contact: <sip:${list(size, () => '%41')}@b>`)),
  'UTF-8 everywhere': (size) => whole(field(`Subject: ${list(size, () => '\xc3\xa4')}`)),
  'a message byte by byte': (size) => dribbled(field(`X: ${'a'.repeat(size)}`)),
  'a body byte by byte': (size) => dribbled('', 'a'.repeat(size)),
  'keep-alives': (size) => chunked(Buffer.from('\r\n'.repeat(size / 2))),
  'fields of one name removed, and written again one by one': (size) =>
    edited(field(list(size, () => 'Warning: 399 a "b"\r\n').slice(0, -2))),
  'small messages in one chunk': (size) => chunked(Buffer.from(list(size, () => message('')))),
};

/**
 * Fits the growth of each kind over sizes up to 1 MB. Each sample handles as many bytes as any other, a small input
 * several times, so that collecting garbage and whatever else the process does weighs on all sizes alike; samples of all
 * sizes take turns; what counts is processor time, because the machine may be busy with others; the best sample of each
 * size is the one least disturbed.
 *
 * @param short - Fewer rounds and sizes up to 256 kB.
 */
export function worstInputs(short: boolean): readonly Growth[] {
  const sizes = short
    ? [16_384, 32_768, 65_536, 131_072, 262_144]
    : [65_536, 131_072, 262_144, 524_288, 1_048_576];
  const largest = sizes.at(-1)!;
  const series = Object.entries(kinds).map(([what, make]) => ({
    what,
    samples: sizes.map((size) => ({ size, run: make(size), best: Number.POSITIVE_INFINITY })),
  }));
  // The first rounds pay for compiling and for a heap that grows, so every kind has two that do not count.
  const warm = 2;
  for (const { samples } of series) {
    for (const sample of samples)
      for (let i = 0; i < warm; i++) processorTime(sample.run, largest / sample.size);
  }
  return series.map(({ what, samples }) => {
    for (let round = 0; round < (short ? 5 : 9); round++) {
      for (const sample of samples) {
        const times = largest / sample.size;
        sample.best = Math.min(sample.best, processorTime(sample.run, times) / times);
      }
    }
    return { what, exponent: fitPower(samples.map(({ size, best }) => [size, best] as const)).slope };
  });
}

/** What a function takes of the processor, all threads together, when run several times. */
function processorTime(run: () => void, times: number): number {
  const start = cpuMicros();
  for (let i = 0; i < times; i++) run();
  return cpuMicros() - start;
}

function list(size: number, item: (i: number) => string): string {
  const out: string[] = [];
  for (let length = 0, i = 0; length < size; i++) {
    const next = item(i);
    out.push(next);
    length += next.length;
  }
  return out.join('');
}

function field(line: string): string {
  return `${line}\r\n`;
}

/** A valid message around the hostile lines; a field it has already is taken out of its own. */
function message(lines: string, body = ''): string {
  const own = [
    'Via: SIP/2.0/TLS a;branch=z9hG4bK1',
    'From: <sip:a@b>;tag=1',
    'To: <sip:a@b>',
    'Call-ID: 1',
    'CSeq: 1 OPTIONS',
  ].filter((line) => !lines.startsWith(line.slice(0, line.indexOf(':') + 1)));
  return `OPTIONS sip:a@b SIP/2.0\r\n${own.join('\r\n')}\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** Removes all Warning fields, and puts each back at the end. */
function edited(lines: string): () => void {
  const bytes = Buffer.from(message(lines), 'latin1');
  return () => {
    const parsed = parseMessage(bytes, { limits: unlimited });
    if (!parsed.ok) return;
    const editor = edit(parsed.message).remove('Warning');
    for (const value of parsed.message.all('Warning')) editor.append('Warning', value);
    editor.toMessage();
  };
}

/** Parses, checks and reads everything. */
function whole(lines: string): () => void {
  const bytes = Buffer.from(message(lines), 'latin1');
  return () => {
    const parsed = parseMessage(bytes, { limits: unlimited });
    if (!parsed.ok) return;
    checkMessage(parsed.message);
    for (const name of ['Contact', 'Via', 'Supported', 'Subject', 'X-1']) parsed.message.values(name);
  };
}

function dribbled(lines: string, body = ''): () => void {
  const bytes = Buffer.from(message(lines, body), 'latin1');
  return () => {
    const framer = new StreamFramer({ limits: unlimited });
    for (let at = 0; at < bytes.length; at++) framer.push(bytes.subarray(at, at + 1), none);
  };
}

function chunked(bytes: Uint8Array): () => void {
  return () => new StreamFramer({ limits: unlimited }).push(bytes, none);
}
