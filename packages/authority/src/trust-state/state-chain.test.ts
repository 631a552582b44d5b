import { maxStateCertificates } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { stateChain } from './state-chain.ts';

const certificate = (number: number) => new Uint8Array([number]);
const [leaf, issuing] = [certificate(1), certificate(2)];

describe('the certificates of a trust state', () => {
  it('begin with the chain of its key, and name none twice', () => {
    expect(stateChain([leaf, issuing], [issuing, certificate(3)])).toEqual([leaf, issuing, certificate(3)]);
  });

  it('are no more than members read, however many authorities live', () => {
    const others = Array.from({ length: 2 * maxStateCertificates }, (_, index) => certificate(index + 10));
    const carried = stateChain([leaf, issuing], others);
    expect(carried).toEqual([leaf, issuing, ...others.slice(0, maxStateCertificates - 2)]);
  });
});
