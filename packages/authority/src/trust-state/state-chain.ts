import { maxStateCertificates } from '@entente/topology';

/**
 * The certificates that a state carries: the chain of its key, and as many of the others as members read.
 * @param chain - of the key, DER
 * @param issuers - DER; what matters most first
 */
export function stateChain(
  chain: readonly Uint8Array[],
  issuers: readonly Uint8Array[],
): readonly Uint8Array[] {
  const others = issuers.filter((der) => !chain.some((one) => Buffer.from(one).equals(der)));
  return [...chain, ...others].slice(0, maxStateCertificates);
}
