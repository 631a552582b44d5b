import { generateKeyPairSync } from 'node:crypto';
import type { Signer } from '../../ground/signer.ts';
import { keySigner } from '../key-signer.ts';

/** A signer for tests, with a key of its own on P-256: answers later, as a service does, and fails while it is told to. */
export class FakeSigner implements Signer {
  readonly #signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  /** `ecdsa-with-sha256`, as its key is on P-256. */
  readonly scheme = this.#signer.scheme;
  readonly publicKey: Uint8Array = this.#signer.publicKey;
  /** How often it was asked. */
  asked = 0;
  /** Whether it signs nothing. */
  isBroken = false;

  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    this.asked++;
    if (this.isBroken) throw new Error('expected a module that signs, found none');
    return this.#signer.sign(bytes);
  }
}
