import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CcmParameters, CcmSealer, openCcm } from './ccm-sealer.ts';

const key = randomBytes(32);
const sealer = new CcmSealer(key);

function sealed(plain: string, parameters: CcmParameters): Buffer {
  const into = Buffer.alloc(4 + 3_072 + 16);
  return into.subarray(4, sealer.seal(plain, parameters, into, 4));
}

/** The same by OpenSSL. */
function byOpenssl(plain: string, { context, nonce }: CcmParameters): Buffer {
  const cipher = createCipheriv('aes-256-ccm', key, nonce, { authTagLength: 16 });
  if (context !== '') cipher.setAAD(Buffer.from(context), { plaintextLength: Buffer.byteLength(plain) });
  const text = cipher.update(plain, 'utf8');
  cipher.final();
  return Buffer.concat([text, cipher.getAuthTag()]);
}

const texts = fc.string({ unit: 'grapheme', maxLength: 400 });
const nonces = fc.uint8Array({ minLength: 12, maxLength: 12 });

describe('what is sealed with CCM', () => {
  it('is what OpenSSL makes of it, text after text', () => {
    fc.assert(
      fc.property(texts, texts, nonces, (plain, context, nonce) => {
        expect(sealed(plain, { context, nonce })).toEqual(byOpenssl(plain, { context, nonce }));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', ''],
    ['', 'c'],
    ['x'.repeat(16), ''],
    ['x'.repeat(3_072), 'c'.repeat(14)],
    ['x', 'c'.repeat(2_048)],
    ['x', 'é'.repeat(1_100)],
    ['x', 'c'.repeat(0xff00 - 1)],
    ['x', 'c'.repeat(0xff00)],
    ['x', 'é'.repeat(50_000)],
  ])('is what OpenSSL makes of it where a length is at a bound', (plain, context) => {
    const nonce = randomBytes(12);
    expect(sealed(plain, { context, nonce })).toEqual(byOpenssl(plain, { context, nonce }));
  });

  it('opens with its key, nonce and context alone, and with no bit changed', () => {
    const nonce = randomBytes(12);
    const text = sealed('plain', { context: 'dialog', nonce });
    expect(openCcm(key, { context: 'dialog', nonce }, text)).toBe('plain');
    expect(openCcm(randomBytes(32), { context: 'dialog', nonce }, text)).toBeUndefined();
    expect(openCcm(key, { context: 'other', nonce }, text)).toBeUndefined();
    expect(openCcm(key, { context: '', nonce }, text)).toBeUndefined();
    expect(openCcm(key, { context: 'dialog', nonce: randomBytes(12) }, text)).toBeUndefined();
    for (let bit = 0; bit < text.length * 8; bit++) {
      const changed = Buffer.from(text);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(openCcm(key, { context: 'dialog', nonce }, changed)).toBeUndefined();
    }
  });

  it('has at most 3,072 bytes, and room for them; what has not is not sealed, and the next one is as ever', () => {
    const parameters = { context: 'dialog', nonce: randomBytes(12) };
    const code = expect.objectContaining({ code: 'SIP_PROXY_TOKEN' });
    expect(() => sealed('x'.repeat(3_073), parameters)).toThrow(code);
    expect(() => sealed('é'.repeat(3_000), parameters)).toThrow(code);
    expect(() => sealer.seal('plain', parameters, Buffer.alloc(20), 0)).toThrow(code);
    expect(sealed('plain', parameters)).toEqual(byOpenssl('plain', parameters));
  });

  it('does not open with another tag where the text is empty', () => {
    const parameters = { context: 'dialog', nonce: randomBytes(12) };
    const text = sealed('', parameters);
    text[0]! ^= 1;
    expect(openCcm(key, parameters, text)).toBeUndefined();
    expect(openCcm(key, { ...parameters, context: 'other' }, sealed('', parameters))).toBeUndefined();
  });

  it('opens where text or context is empty', () => {
    const nonce = randomBytes(12);
    expect(openCcm(key, { context: '', nonce }, sealed('', { context: '', nonce }))).toBe('');
    expect(openCcm(key, { context: 'dialog', nonce }, sealed('', { context: 'dialog', nonce }))).toBe('');
    expect(openCcm(key, { context: '', nonce }, sealed('plain', { context: '', nonce }))).toBe('plain');
  });
});
