import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { oids, type Signed } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import type { VerificationKey } from '../signatures/public-key.ts';
import { Spending } from './search-budget.ts';
import { LastingSignatureMemo, SignatureMemo } from './signature-memo.ts';

interface Pair {
  readonly key: VerificationKey;
  readonly privateKey: KeyObject;
}

function pair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = { info: { kind: 'ed25519' }, object: publicKey, price: 2 } as VerificationKey;
  return { key, privateKey };
}

function signedBy({ privateKey }: Pair): Signed {
  const tbs = Buffer.from('what is signed');
  const signatureAlgorithm = { oid: oids.ed25519, der: new Uint8Array() };
  return { tbs, signatureAlgorithm, signature: sign(null, tbs, privateKey) } as unknown as Signed;
}

const most = Number.MAX_SAFE_INTEGER;
const spending = () =>
  new Spending({ signatures: most, steps: most, comparisons: most } as Spending['budget']);

const pairs = Array.from({ length: 4 }, pair);
const statements = pairs.map(signedBy);

describe.each([
  ['of one verdict', () => new SignatureMemo()],
  ['that lasts', () => new LastingSignatureMemo()],
])('a memo of signatures %s', (_, make) => {
  it('tells of each signature what each key says of it, and pays for each answer once', () => {
    const memo = make();
    const spent = spending();
    for (let round = 0; round < 3; round++) {
      for (const [at, signed] of statements.entries()) {
        const answers = pairs.map(({ key }) => memo.verify(signed, key, spent));
        expect(answers).toEqual(pairs.map((_key, other) => other === at));
      }
      expect(spent.signatures).toBe(2 * pairs.length * statements.length);
    }
  });
});

describe('a memo of signatures that lasts', () => {
  it('keeps what a few keys say of a statement, however many other keys ask', () => {
    const memo = new LastingSignatureMemo();
    const [signer, other] = pairs as [Pair, Pair];
    const statement = signedBy(signer);
    const spent = spending();
    const crowd = Array.from({ length: 100 }, () => ({ ...other.key }));
    expect(memo.verify(statement, signer.key, spent)).toBe(true);
    for (const key of crowd) expect(memo.verify(statement, key, spent)).toBe(false);
    // The first of them is no longer remembered and is charged again, the last one is not.
    const before = spent.signatures;
    memo.verify(statement, crowd.at(-1)!, spent);
    expect(spent.signatures).toBe(before);
    memo.verify(statement, crowd[0]!, spent);
    expect(spent.signatures).toBe(before + 2);
    expect(memo.verify(statement, signer.key, spent)).toBe(true);
  });
});
