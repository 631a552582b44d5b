import { counted } from './answer.ts';

/**
 * What k of n means on the day on which a key is lost.
 * @param required - k
 * @param count - n
 */
export function whatLossCosts(required: number, count: number): string {
  const spare = count - required;
  const holders = `${counted(required, 'key')} can change everything`;
  if (count === 1)
    return `if the key is lost, nothing can be signed, and the network must be created again; ${holders}`;
  if (spare === 0) {
    return `if one key is lost, only narrowing changes can be signed, and the network must be created again; ${holders}`;
  }
  const lost = spare === 1 ? 'if one key is lost' : `if up to ${spare} keys are lost`;
  return `${lost}, the other administrators replace ${spare === 1 ? 'it' : 'them'}: entente topology add administrator; ${holders}`;
}
