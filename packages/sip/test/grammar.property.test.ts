import { Buffer } from 'node:buffer';
import {
  createRequest,
  edit,
  NameAddr,
  Parameters,
  parseMessage,
  parseNameAddr,
  parseUri,
  parseVia,
  SipUri,
  StreamFramer,
  Via,
} from '@entente/sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Generators that follow the grammar of RFC 3261 §25.1. */
const tokenCharacters = [..."abcXYZ019-.!%*_+`'~"];
const token = fc.string({ unit: fc.constantFrom(...tokenCharacters), minLength: 1, maxLength: 12 });
const label = fc.string({ unit: fc.constantFrom(...'abcdefxyz0189'), minLength: 1, maxLength: 8 });
const host = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.example`),
  fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `192.0.${a}.${b}`),
  fc.tuple(fc.nat(0xffff), fc.nat(0xffff)).map(([a, b]) => `[2001:db8::${a.toString(16)}:${b.toString(16)}]`),
);
const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined });
/** Any text a quoted-string can hold: everything but CR and LF, and half surrogates, which UTF-8 has not. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((value) => !/[\r\n]/.test(value) && Buffer.from(value, 'utf8').toString('utf8') === value);
const parameterNames = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom(...'abcdef-'), minLength: 1, maxLength: 6 }),
  { maxLength: 4 },
);
const parameters = fc
  .tuple(
    parameterNames,
    fc.array(fc.oneof(token, text, fc.constant(true as const)), { minLength: 4, maxLength: 4 }),
  )
  .map(([names, values]) => Parameters.from(Object.fromEntries(names.map((name, i) => [name, values[i]]))));
const uri = fc
  .record({
    scheme: fc.constantFrom('sip' as const, 'sips' as const),
    user: fc.option(
      text.filter((value) => value !== ''),
      { nil: undefined },
    ),
    host,
    port,
  })
  .map((parts) => SipUri.from(parts));
const address = fc
  .tuple(text, uri, parameters)
  .map(([displayName, value, given]) =>
    NameAddr.from({ displayName: displayName.trim(), uri: value, parameters: given }),
  );
const via = fc
  .tuple(fc.constantFrom('TLS', 'TCP', 'WSS'), host, port, token)
  .map(([transport, name, number, branch]) =>
    Via.from({ transport, host: name, port: number, branch: `z9hG4bK${branch}` }),
  );
const body = fc.uint8Array({ maxLength: 60 });

const parts = fc.record({
  method: token,
  uri,
  from: fc.tuple(address, token).map(([value, tag]) => value.withParameter('tag', tag)),
  to: address,
  callId: fc.tuple(token, host).map(([word, name]) => `${word}@${name}`),
  cseq: fc.integer({ min: 0, max: 0x7fffffff }),
  via: fc.array(via, { minLength: 1, maxLength: 3 }),
  maxForwards: fc.nat(255),
  routes: fc.array(address, { maxLength: 3 }),
  contact: fc.array(address, { maxLength: 3 }),
  headers: fc.array(
    fc.tuple(
      token.map((name) => `X-${name}`),
      text.map((value) => value.replace(/^[ \t]+|[ \t]+$/g, '')),
    ),
    { maxLength: 4 },
  ),
  body,
});

/** The same message in another spelling that the grammar allows: compact names, capitals, white space, folds. */
function respell(wire: string, choices: readonly number[]): string {
  const compact: Record<string, string> = {
    Via: 'v',
    From: 'f',
    To: 't',
    'Call-ID': 'i',
    Contact: 'm',
    'Content-Length': 'l',
  };
  const end = wire.indexOf('\r\n\r\n');
  const [start, ...lines] = wire.slice(0, end).split('\r\n');
  const out = lines.map((line, i) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trimStart();
    const choice = choices[i % choices.length]!;
    if (choice === 1) return `${compact[name] ?? name.toUpperCase()}:${value}`;
    if (choice === 2) return `${name.toLowerCase()} \t: \t${value} `;
    if (choice === 3) return `${name}:\r\n ${value}`;
    return line;
  });
  return [start, ...out].join('\r\n') + wire.slice(end);
}

const spelling = fc.array(fc.nat(3), { minLength: 1, maxLength: 8 });

describe('generated messages', () => {
  it('give back every value, in every spelling, and their own bytes', () => {
    fc.assert(
      fc.property(parts, spelling, (given, choices) => {
        const bytes = Buffer.from(respell(createRequest(given).wire, choices), 'latin1');
        const parsed = parseMessage(bytes, { check: 'all' });
        if (!parsed.ok) throw new Error(parsed.error.message);
        const { message } = parsed;
        if (message.kind !== 'request') throw new Error('expected a request');
        expect(Buffer.from(message.toBytes()).equals(bytes)).toBe(true);
        expect(message.method).toBe(given.method);
        expect(message.uri.toString()).toBe(given.uri.toString());
        expect(message.from.toString()).toBe(given.from.toString());
        expect(message.to.displayName).toBe(given.to.displayName);
        expect(message.callId).toBe(given.callId);
        expect(message.cseq).toMatchObject({ sequence: given.cseq, method: given.method });
        expect(message.vias.map(String)).toEqual(given.via.map(String));
        expect(message.maxForwards).toBe(given.maxForwards);
        expect(message.routes.map(String)).toEqual(given.routes.map(String));
        expect(message.contacts.map(String)).toEqual(given.contact.map(String));
        for (const [name, value] of given.headers) expect(message.all(name)).toContain(value);
        expect(Buffer.from(message.body).equals(Buffer.from(given.body))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('leave all other bytes alone when one field is edited', () => {
    fc.assert(
      fc.property(parts, spelling, fc.nat(300), (given, choices, value) => {
        const wire = respell(createRequest(given).wire, choices);
        const parsed = parseMessage(Buffer.from(wire, 'latin1'));
        if (!parsed.ok) throw new Error(parsed.error.message);
        const edited = edit(parsed.message).set('Max-Forwards', value).toWire();
        const field = /(\r\n)max-forwards[ \t]*:[ \t]*(?:\r\n )?\d+ ?(?=\r\n)/i;
        expect(edited).toBe(wire.replace(field, `$1Max-Forwards: ${value}`));
      }),
      { numRuns: 200 },
    );
  });

  it('come out of a stream whole, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(parts, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(2_000), { maxLength: 8 }),
        (all, cuts) => {
          const wires = all.map((given) => createRequest(given).wire);
          const stream = Buffer.from(wires.join(''), 'latin1');
          const seen: string[] = [];
          const framer = new StreamFramer();
          const sink = {
            message: (message: { wire: string }) => seen.push(message.wire),
            error: (fault: { message: string }) => {
              throw new Error(fault.message);
            },
          };
          const places = [0, ...cuts.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
          for (let i = 1; i < places.length; i++)
            framer.push(stream.subarray(places[i - 1], places[i]), sink);
          expect(seen).toEqual(wires);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('values', () => {
  it('read back what they write', () => {
    fc.assert(
      fc.property(address, via, (one, other) => {
        const read = parseNameAddr(one.toString());
        expect(read.ok && read.value.toString()).toBe(one.toString());
        expect(read.ok && read.value.displayName).toBe(one.displayName);
        const seen = parseVia(other.toString());
        expect(seen.ok && seen.value).toEqual(other);
      }),
    );
  });

  it('unescape a user part to what was put in', () => {
    fc.assert(
      fc.property(
        text.filter((value) => value !== ''),
        host,
        (user, name) => {
          const parsed = parseUri(SipUri.from({ user, host: name }).toString());
          expect(parsed.ok && parsed.value.kind === 'sip' && parsed.value.user).toBe(user);
        },
      ),
    );
  });

  it('never throw on any bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (anything) => {
        for (const parse of [parseUri, parseNameAddr, parseVia])
          expect(typeof parse(anything).ok).toBe('boolean');
        expect(typeof parseMessage(Buffer.from(anything)).ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});
