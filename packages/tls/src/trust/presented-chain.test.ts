import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import type { TrustedVerdict } from './peer.ts';
import { ShownChain } from './presented-chain.ts';

const octets = (...values: readonly number[]) => Uint8Array.from(values);

/** A socket whose peer has sent these certificates. */
function socketOf([first, ...rest]: readonly Uint8Array[]): TLSSocket {
  const next = (at: number): unknown =>
    at < rest.length ? { raw: rest[at], issuerCertificate: next(at + 1) } : undefined;
  const leaf = { raw: first, issuerCertificate: next(0) } as unknown as X509Certificate;
  return { authorized: false, getPeerX509Certificate: () => leaf } as unknown as TLSSocket;
}

it('what a peer has sent is kept as the verdict has it, so that connections of one leaf share it; alternatives stay', () => {
  const [leaf, above] = [octets(1, 2), octets(3, 4, 5)];
  const alternative = octets(3, 4, 6);
  const verdict = { path: { certificates: [{ der: leaf }, { der: above }] } } as unknown as TrustedVerdict;
  const sent = [octets(1, 2), alternative, octets(3, 4, 5)];
  const shown = new ShownChain(socketOf(sent));
  expect(shown.first()?.certificates).toEqual(sent);
  expect(shown.octets).toBe(8);
  shown.remember(verdict);
  const kept = shown.whole()?.certificates ?? [];
  expect(kept[0]).toBe(leaf);
  expect(kept[1]).toBe(alternative);
  expect(kept[2]).toBe(above);
  expect(shown.octets).toBe(8);
});
