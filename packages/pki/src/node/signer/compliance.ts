import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import { PkiFault } from '../../ground/fault.ts';
import type { SignatureScheme, Signer } from '../../ground/signer.ts';

/** One rule every signer must keep. */
export interface SignerRule {
  /** What a signer must do; names the test. */
  readonly title: string;
  /** @throws Error where the signer breaks the rule */
  run(): Promise<void>;
}

/** What OpenSSL says of the keys of each scheme, and the digest that it signs. */
const schemes: Readonly<Record<SignatureScheme, { readonly kind: string; readonly digest: string | null }>> =
  {
    'ecdsa-with-sha256': { kind: 'ec prime256v1', digest: 'sha256' },
    'ecdsa-with-sha384': { kind: 'ec secp384r1', digest: 'sha384' },
    'ecdsa-with-sha512': { kind: 'ec secp521r1', digest: 'sha512' },
    'rsa-pkcs1-sha256': { kind: 'rsa', digest: 'sha256' },
    ed25519: { kind: 'ed25519', digest: null },
  };
const minRsaBits = 2_048;
/** Signatures that are under way at the same time. */
const together = 16;

/**
 * The rules of a signer, for any test runner:
 * @example
 * ```ts
 * for (const rule of signerCompliance(setup)) it(rule.title, () => rule.run());
 * ```
 * @param setup - a signer; each rule asks for one, which may be the same
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` where it is not a function
 */
export function signerCompliance(setup: () => Signer | Promise<Signer>): readonly SignerRule[] {
  if (typeof setup !== 'function')
    throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
      sentence: 'expected a function that returns a signer, found something else',
      place: 'setup of signerCompliance',
      remedy: 'give () => signer',
    });
  const rule = (title: string, check: (signer: Signer) => Promise<void>): SignerRule => ({
    title,
    run: async () => check(await setup()),
  });
  return [
    rule('names the scheme that its key signs with', async (signer) => void keyOf(signer)),
    rule('signs what its public key verifies: nothing, a certificate, a long list', async (signer) => {
      for (const length of [0, 1, 1_000, 1_048_576]) await expectSigned(signer, octets(length, length));
    }),
    rule('signs each of many that are under way at the same time', async (signer) => {
      await Promise.all(
        Array.from({ length: together }, (_, index) => expectSigned(signer, octets(100, index))),
      );
    }),
    rule('signs the octets as they are when it is asked, and leaves them as they are', async (signer) => {
      const bytes = octets(64, 7);
      const copy = Uint8Array.from(bytes);
      const signing = signer.sign(bytes);
      if (!Buffer.from(bytes).equals(copy)) throw new Error('expected the octets as they were, found others');
      bytes.fill(0);
      expectVerified(signer, copy, await signing);
    }),
    rule('has one key: public half and scheme stay', async (signer) => {
      const { publicKey, scheme } = signer;
      const before = Uint8Array.from(publicKey);
      await signer.sign(octets(10, 1));
      const isSame = scheme === signer.scheme && Buffer.from(signer.publicKey).equals(before);
      if (!isSame) throw new Error('expected the same key after a signature, found another one');
    }),
  ];
}

function keyOf({ publicKey, scheme }: Signer): KeyObject {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const found = [key.asymmetricKeyType, namedCurve].filter(Boolean).join(' ');
  const expected = schemes[scheme]?.kind;
  if (found !== expected) throw new Error(`expected a key for ${scheme} (${expected}), found ${found}`);
  if (found === 'rsa' && (modulusLength ?? 0) < minRsaBits)
    throw new Error(`expected RSA of at least ${minRsaBits} bits, found ${modulusLength}`);
  return key;
}

async function expectSigned(signer: Signer, bytes: Uint8Array): Promise<void> {
  expectVerified(signer, bytes, await signer.sign(bytes));
}

function expectVerified(signer: Signer, bytes: Uint8Array, signature: Uint8Array): void {
  const { digest } = schemes[signer.scheme];
  if (isUint8Array(signature) && verify(digest, bytes, keyOf(signer), signature)) return;
  throw new Error(
    `expected a signature of ${bytes.length} octets with ${signer.scheme}, found something else`,
  );
}

/** Octets that are the same each time. */
function octets(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17) % 256);
}
