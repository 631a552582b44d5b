import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { SignatureScheme, Signer } from '../ground/signer.ts';
import { keySigner } from './key-signer.ts';

const generate = promisify(generateKeyPair);
const generators: Readonly<Record<SignatureScheme, () => Promise<{ readonly privateKey: KeyObject }>>> = {
  'ecdsa-with-sha256': () => generate('ec', { namedCurve: 'P-256' }),
  'ecdsa-with-sha384': () => generate('ec', { namedCurve: 'P-384' }),
  'ecdsa-with-sha512': () => generate('ec', { namedCurve: 'P-521' }),
  'rsa-pkcs1-sha256': () => generate('rsa', { modulusLength: 2048 }),
  ed25519: () => generate('ed25519'),
};
const signers = new Map<SignatureScheme, Promise<Signer>>();

/**
 * The key that signs pre-certificates, see `IssuanceOptions.throwAway`. It is drawn once in a process, stored nowhere, and no
 * certificate names it.
 * @param scheme - signature algorithm of the authority, which the to-be-signed fields name
 */
export function throwAwaySigner(scheme: SignatureScheme): Promise<Signer> {
  let signer = signers.get(scheme);
  if (signer === undefined) {
    signer = generators[scheme]().then(({ privateKey }) => keySigner(privateKey));
    signers.set(scheme, signer);
  }
  return signer;
}
