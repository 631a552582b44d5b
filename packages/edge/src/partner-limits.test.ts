import { expect, it } from 'vitest';
import { partnerLimits } from './partner-limits.ts';

it.each([
  [undefined, 4_000],
  [1_000_000, 4_000],
  [16_000, 4_000],
  [100, 25],
  [1, 1],
])('of %s places one partner has at most %s', (maxConnections, most) => {
  const limits = maxConnections === undefined ? undefined : { maxConnections };
  expect(partnerLimits(limits).maxConnectionsPerPeer).toBe(most);
});

it.each([
  [undefined, 8_192_000],
  [1_000, 512_000],
  [8, 131_072],
])('of %s places the certificates of one partner have at most %s octets together', (maxConnections, most) => {
  const limits = maxConnections === undefined ? undefined : { maxConnections };
  expect(partnerLimits(limits).maxCertificateBytesPerPeer).toBe(most);
});
