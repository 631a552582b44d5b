import { randomBytes } from 'node:crypto';
import { createJoinToken, formatJoinToken, type JoinToken, parseJoinToken } from '@entente/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { now } from './authority.ts';

const parts = {
  authority: 'https://ca.contoso.example:8443',
  server: 'fe01.contoso.example',
  rootSpkiHash: '01'.repeat(32),
  administratorsHash: 'fe'.repeat(32),
  notAfter: now + 3_600_000,
};
const token = () => createJoinToken(parts, randomBytes, now);

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.example`);
const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const anyToken: fc.Arbitrary<JoinToken> = fc.record({
  authority: host.map((name) => `https://${name}`),
  server: host,
  rootSpkiHash: hash,
  administratorsHash: hash,
  secret: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  notAfter: fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
});

describe('the text form of a join token', () => {
  it('comes back as it was written, whatever white space was put in', () => {
    fc.assert(
      fc.property(anyToken, fc.array(fc.nat(400), { maxLength: 8 }), (original, breaks) => {
        let text = formatJoinToken(original);
        for (const at of breaks) text = `${text.slice(0, at)}\r\n ${text.slice(at)}`;
        expect(parseJoinToken(text)).toEqual({ ok: true, token: original });
      }),
    );
  });

  it('consists of characters that survive a shell and a chat', () => {
    expect(formatJoinToken(token())).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  it('refuses a text in which one character was changed or lost', () => {
    const text = formatJoinToken(token());
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A';
      const changed = parseJoinToken(text.slice(0, at) + other + text.slice(at + 1));
      expect(changed.ok, `changed at ${at}`).toBe(false);
      expect(parseJoinToken(text.slice(0, at) + text.slice(at + 1)).ok, `lost at ${at}`).toBe(false);
    }
  });

  it('never throws, whatever was pasted', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        const parsed = parseJoinToken(text);
        expect(parsed.ok).toBe(false);
        expect(!parsed.ok && parsed.refusal.reason).toBe('token-malformed');
      }),
    );
  });
});

describe('making a join token', () => {
  it('refuses a life of more than an hour, and one that is over', () => {
    for (const notAfter of [now + 3_600_001, now, now - 1]) {
      expect(() => createJoinToken({ ...parts, notAfter }, randomBytes, now)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PKI_BAD_ARGUMENT' }),
      );
    }
  });

  for (const [what, change] of [
    ['an authority without TLS', { authority: 'http://ca.contoso.example' }],
    ['an authority with a path', { authority: 'https://ca.contoso.example/x' }],
    ['an authority with credentials', { authority: 'https://alice:bob@ca.contoso.example' }],
    ['a server that is a wildcard', { server: '*.contoso.example' }],
    ['a server of one label', { server: 'fe01' }],
    ['a root hash of another length', { rootSpkiHash: '01' }],
    ['an administrator hash that is not hexadecimal', { administratorsHash: 'xy'.repeat(32) }],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => createJoinToken({ ...parts, ...change }, randomBytes, now)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PKI_BAD_ARGUMENT' }),
      );
    });
  }

  it('draws 128 bits for the secret', () => {
    expect(token().secret).toHaveLength(16);
    expect(() => createJoinToken(parts, () => new Uint8Array(15), now)).toThrow(
      expect.objectContaining({ code: 'ENTENTE_PKI_BAD_ARGUMENT' }),
    );
  });
});
