import { rootCertificates } from 'node:tls';
import { decodePem } from '@entente/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restructure } from './der-tree.ts';
import * as roundTrip from './round-trip.ts';
import * as samples from './samples.ts';

const kinds: readonly [string, roundTrip.RoundTrip, Uint8Array[]][] = [
  ['certificates', roundTrip.certificateRoundTrip, samples.certificates()],
  ['CRLs', roundTrip.crlRoundTrip, samples.crls()],
  ['requests', roundTrip.requestRoundTrip, samples.requests()],
  ['OCSP requests', roundTrip.ocspRequestRoundTrip, samples.ocspRequests()],
  ['OCSP responses', roundTrip.ocspResponseRoundTrip, samples.ocspResponses()],
];

describe.each(kinds)('%s', (_, prove, seeds) => {
  it('write back to the bytes they were read from', () => {
    for (const der of seeds) expect(prove(der)).toBe(true);
  });

  it('do so after any change that leaves them readable', () => {
    const scripts = fc.uint8Array({ minLength: 6, maxLength: 12 });
    fc.assert(
      fc.property(scripts, (script) => void prove(restructure(seeds, script))),
      { numRuns: 2000 },
    );
    // The property says nothing unless its changes leave some readable and others not. Always the same changes: no luck.
    const readable = fc
      .sample(scripts, { seed: 1, numRuns: 500 })
      .map((script) => prove(restructure(seeds, script)));
    expect(new Set(readable)).toEqual(new Set([true, false]));
  });

  it('are refused, not half read, when they are cut off anywhere', () => {
    for (const der of seeds) {
      for (let length = 0; length < der.length; length++) expect(prove(der.subarray(0, length))).toBe(false);
    }
  });

  it('are refused with an octet behind them', () => {
    for (const der of seeds) expect(prove(Buffer.concat([der, Buffer.alloc(1)]))).toBe(false);
  });

  it('are refused or write back after one octet changed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, change) => {
        const der = Uint8Array.from(seeds[which % seeds.length]!);
        der[where % der.length]! ^= change;
        prove(der);
      }),
      { numRuns: 2000 },
    );
  });

  it('are refused or write back whatever the octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => void prove(octets)));
  });
});

it('every root certificate of Node is read and writes back', () => {
  for (const pem of rootCertificates) {
    const decoded = decodePem(pem);
    if (!decoded.ok) throw new Error(decoded.error.message);
    expect(roundTrip.certificateRoundTrip(decoded.value[0]!.der)).toBe(true);
  }
});
