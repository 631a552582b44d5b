export type { SignatureScheme, Signer } from '../../ground/signer.ts';
export { type SignerRule, signerCompliance } from './compliance.ts';
export { FakeSigner } from './fake-signer.ts';
