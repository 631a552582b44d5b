import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keySigner } from '../key-signer.ts';
import { FakeSigner, type Signer, signerCompliance } from './index.ts';

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const keys: Readonly<Record<string, KeyObject>> = {
  'P-256': p256,
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
  RSA: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey,
  Ed25519: generateKeyPairSync('ed25519').privateKey,
};

describe('the rules of a signer', () => {
  for (const rule of signerCompliance(() => new FakeSigner()))
    it(`hold for the fake: ${rule.title}`, () => rule.run());

  it.each(Object.entries(keys))('hold for a key in this process, on %s', async (_, key) => {
    for (const rule of signerCompliance(() => keySigner(key))) await rule.run();
  });

  const good = keySigner(p256);
  const other = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const first = good.sign(Uint8Array.of(1));
  const queue: Uint8Array[] = [];
  const broken = (parts: Partial<Signer>): Signer => ({ ...good, ...parts });
  it.each<[number, string, Signer]>([
    [0, 'names another scheme than that of its key', broken({ scheme: 'ecdsa-with-sha384' })],
    [0, 'gives the key in another form', broken({ publicKey: good.publicKey.slice(1) })],
    [1, 'signs with another key', broken({ sign: other.sign })],
    [
      1,
      'gives ECDSA as two numbers',
      broken({ sign: (bytes) => sign('sha256', bytes, { key: p256, dsaEncoding: 'ieee-p1363' }) }),
    ],
    [1, 'signs another digest', broken({ sign: (bytes) => sign('sha512', bytes, p256) })],
    [
      1,
      'signs no more than a part of what is long',
      broken({ sign: (bytes) => good.sign(bytes.slice(0, 65_536)) }),
    ],
    [1, 'gives the same signature for everything', broken({ sign: () => first })],
    [
      1,
      'gives text',
      broken({ sign: (bytes) => Buffer.from(good.sign(bytes) as Uint8Array).toString('hex') as never }),
    ],
    [
      2,
      'takes one for another',
      broken({
        async sign(bytes) {
          queue.push(bytes);
          await Promise.resolve();
          return good.sign(queue.pop() as Uint8Array);
        },
      }),
    ],
    [
      3,
      'reads the octets later',
      broken({
        async sign(bytes) {
          await Promise.resolve();
          return good.sign(bytes);
        },
      }),
    ],
    [
      3,
      'writes into the octets',
      broken({
        sign: (bytes) => {
          const signature = good.sign(bytes);
          bytes.fill(1);
          return signature;
        },
      }),
    ],
  ])('fail at rule %i where a signer %s', async (index, _, signer) => {
    await expect(signerCompliance(() => signer)[index]?.run()).rejects.toThrow();
  });

  it('fail where a signer changes its key', async () => {
    let turn = 0;
    const changing: Signer = {
      ...good,
      get publicKey() {
        return turn > 0 ? other.publicKey : good.publicKey;
      },
      sign(bytes) {
        turn++;
        return good.sign(bytes);
      },
    };
    await expect(signerCompliance(() => changing)[4]?.run()).rejects.toThrow('the same key');
  });

  it('let a test see what a certification authority does without its module', async () => {
    const signer = new FakeSigner();
    signer.isBroken = true;
    await expect(signer.sign(Uint8Array.of(1))).rejects.toThrow('expected a module that signs');
    expect(signer.asked).toBe(1);
  });
});
