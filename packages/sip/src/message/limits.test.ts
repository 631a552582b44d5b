import { expect, it } from 'vitest';
import { StreamFramer } from '../framing/stream-framer.ts';
import { parseWebSocketMessage } from '../framing/websocket.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { checkSize } from './check-size.ts';
import { defaultLimits } from './limits.ts';
import { parseMessage, parseWire } from './parse-message.ts';

const text = (bodyBytes: number): string =>
  [
    'OPTIONS sip:bob@contoso.example SIP/2.0',
    'Via: SIP/2.0/TLS pc.contoso.example;branch=z9hG4bK1',
    'From: <sip:alice@contoso.example>;tag=1',
    'To: <sip:bob@contoso.example>',
    'Call-ID: 1@contoso.example',
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    `Content-Length: ${bodyBytes}`,
    '',
    'x'.repeat(bodyBytes),
  ].join('\r\n');
const small = text(2);
const parsed = parseWire(small);
if (!parsed.ok) throw new Error(parsed.error.message);
const { message } = parsed;

/** Why a message is refused, by everything that takes limits. */
const takers: Readonly<Record<string, (limits: never, wire?: string) => string | undefined>> = {
  StreamFramer: (limits, wire = small) => {
    let code: string | undefined;
    new StreamFramer({ limits }).push(Buffer.from(wire), {
      message: () => undefined,
      error: (fault) => {
        code = fault.code;
      },
    });
    return code;
  },
  parseMessage: (limits, wire = small) => codeOf(parseMessage(Buffer.from(wire), { limits })),
  parseWire: (limits, wire = small) => codeOf(parseWire(wire, { limits })),
  parseWebSocketMessage: (limits, wire = small) => codeOf(parseWebSocketMessage(wire, { limits })),
  checkSize: (limits, wire) => {
    const whole = wire === undefined ? message : wholeOf(wire);
    return checkSize(whole, limits)?.code;
  },
};
const names = Object.keys(takers);

function codeOf(result: ReturnType<typeof parseWire>): string | undefined {
  return result.ok ? undefined : result.error.code;
}

function wholeOf(wire: string) {
  const result = parseWire(wire, { limits: { maxBodyBytes: Number.MAX_SAFE_INTEGER } });
  if (!result.ok) throw new Error(result.error.message);
  return result.message;
}

it.each(names)('%s refuses a limit that is not a whole number above 0, and names it', (name) => {
  const take = takers[name] as (typeof takers)[string];
  for (const limit of Object.keys(defaultLimits)) {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1.5, 2 ** 53, '5', null, true, {}]) {
      const given = { ...defaultLimits, [limit]: value } as never;
      expect(() => take(given), `${limit}: ${String(value)}`).toThrow(
        expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT', place: `limits.${limit}` }),
      );
    }
  }
});

it.each(names)('%s refuses a limit that does not exist, and limits that are none', (name) => {
  const take = takers[name] as (typeof takers)[string];
  expect(() => take({ ...defaultLimits, maxBodyByte: 5 } as never)).toThrow(/limits of a message/);
  expect(() => take({ maxbodybytes: undefined } as never)).toThrow(SipArgumentError);
  for (const given of [null, 5, 'limits', [], () => undefined])
    expect(() => take(given as never)).toThrow(/an object with limits/);
});

it.each(names)('%s has the default where a limit is undefined or left out', (name) => {
  const take = takers[name] as (typeof takers)[string];
  const large = text(defaultLimits.maxBodyBytes + 1);
  for (const given of [undefined, {}, { maxBodyBytes: undefined }, { maxHeaders: 20 }, defaultLimits]) {
    expect(take(given as never), JSON.stringify(given)).toBeUndefined();
    expect(take(given as never, large), JSON.stringify(given)).toBe('body-too-long');
  }
});

it.each(names)('%s holds limits that it has been given before', (name) => {
  const take = takers[name] as (typeof takers)[string];
  const limits = { ...defaultLimits, maxBodyBytes: 1 };
  for (let time = 0; time < 3; time++) expect(take(limits as never)).toBe('body-too-long');
  expect(take({ ...limits, maxBodyBytes: 2 } as never)).toBeUndefined();
  const wrong = { maxBodyBytes: -1 };
  for (let time = 0; time < 3; time++) expect(() => take(wrong as never)).toThrow(SipArgumentError);
});

it.each<readonly [string, unknown, string]>([
  ['check that is misspelt', { chek: 'all' }, 'expected only the options limits and check, found "chek"'],
  [
    'a depth that there is not',
    { check: 'everything' },
    'expected routing, addresses or all, found "everything"',
  ],
  ['a text', 'all', 'expected an object with options, found "all"'],
])('what takes messages refuses %s as its options', (_, options, sentence) => {
  const bytes = Buffer.from(small);
  expect(() => new StreamFramer(options as never)).toThrow(sentence);
  expect(() => parseMessage(bytes, options as never)).toThrow(sentence);
  expect(() => parseWebSocketMessage(bytes, options as never)).toThrow(sentence);
  expect(() => parseWire(small, options as never)).toThrow(SipArgumentError);
});
