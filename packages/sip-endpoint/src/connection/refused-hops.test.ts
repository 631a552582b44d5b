import { TrustError } from '@entente/tls';
import { reject } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import type { SipConnection } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { DialBackoff, defaultBackoff } from './dial-backoff.ts';
import { HopDownError, type NextHop } from './next-hop.ts';

const hop: NextHop = {
  name: 'fe2.contoso.example',
  address: '192.0.2.2',
  port: 5061,
  link: { row: 0, name: 'a test' },
};
const place = '192.0.2.2:5061';
const refused = new TrustError(reject('peer-refused', {}), place);
const revoked = new TrustError(reject('not-in-topology', { server: hop.name }), place);
const down = Object.assign(new Error('connect ECONNREFUSED'), { syscall: 'connect' });
const start = 1_000_000;
const certificate = { depth: 0, subject: 'CN=fe2.contoso.example' };

describe('a server that refuses us, or that we refuse, until topology or trust state change', () => {
  it.each([
    ['refuses us', refused],
    ['is refused', revoked],
  ])('is tried with pauses that grow from a second to a minute where it %s', (_, error) => {
    const backoff = new DialBackoff();
    let now = start;
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      // It is reached each time, and asked for each second.
      backoff.reached(hop);
      backoff.failed(hop, error, now, 0);
      backoff.forgive(hop.name, 'passing');
      expect(backoff.isDown(hop, now + waitMs - 1)).toBe(true);
      expect(backoff.isDown(hop, now + waitMs)).toBe(false);
      now += waitMs;
    }
  });

  it.each([
    ['certificate-expired', () => reject('certificate-expired', { ...certificate, notAfter: 1, now: start })],
    [
      'certificate-not-yet-valid',
      () => reject('certificate-not-yet-valid', { ...certificate, notBefore: start + 1, now: start }),
    ],
    ['clock-untrusted', () => reject('clock-untrusted', { now: start, latestSigned: start + 1 })],
    [
      'revocation-stale',
      () =>
        reject('revocation-stale', { ...certificate, source: 'crl', thisUpdate: 1, now: start, graceMs: 0 }),
    ],
    ['topology-stale', () => reject('topology-stale', {})],
  ])('is not tried once a second where it is refused as %s: none of it ends by then', (_, rejection) => {
    const backoff = new DialBackoff();
    const error = new TrustError(rejection(), place);
    backoff.failed(hop, error, start, 0);
    backoff.failed(hop, error, start + 1_000, 0);
    backoff.forgive(hop.name, 'passing');
    expect(backoff.isDown(hop, start + 2_999)).toBe(true);
    // Once the clock is set, forwards or back, and once lists and topology are newer.
    expect(backoff.isDown(hop, start + 3_000)).toBe(false);
    expect(backoff.isDown(hop, start - 1)).toBe(false);
    backoff.forgiveAll();
    expect(backoff.isDown(hop, start + 1_001)).toBe(false);
  });

  it('has its pause shortened by chance by half at the most, so that servers do not come back together', () => {
    const backoff = new DialBackoff();
    backoff.failed(hop, refused, start, 1);
    expect(backoff.isDown(hop, start + 499)).toBe(true);
    expect(backoff.isDown(hop, start + 500)).toBe(false);
  });

  it('is tried at once when it has come by itself under the verdict, and when everything is forgiven', () => {
    const backoff = new DialBackoff();
    for (const forgive of [() => backoff.forgive(hop.name), () => backoff.forgiveAll()]) {
      backoff.failed(hop, refused, start, 0);
      forgive();
      expect(backoff.isDown(hop, start)).toBe(false);
    }
  });

  it('begins with the first pause where it was not there before, and is not held up longer where it is gone', () => {
    const backoff = new DialBackoff();
    let now = start;
    for (let i = 0; i < 10; i++) {
      backoff.failed(hop, down, now, 0);
      now += 2_000;
    }
    backoff.failed(hop, refused, now, 0);
    expect(backoff.isDown(hop, now + 1_000)).toBe(false);
    backoff.failed(hop, down, now + 1_000, 0);
    expect(backoff.isDown(hop, now + 1_000 + defaultBackoff.firstMs)).toBe(false);
  });

  it('is a server of ours: what a partner has closed, it may have closed for one request', () => {
    let now = start;
    const pool = new ConnectionPool({
      dial: () => Promise.resolve({ isClosed: true } as SipConnection),
      clock: () => now,
      random: () => 0,
    });
    const partner = { ...hop, name: 'fabrikam.example', host: 'edge.fabrikam.example' };
    pool.refused(partner, refused);
    now += 1;
    return expect(pool.reach(partner)).resolves.toBeDefined();
  });

  it('runs Entente: what stands before a gateway closes connections for as long as that starts, and it is tried as one that is not there', () => {
    const backoff = new DialBackoff();
    const gateway = { ...hop, isForeign: true };
    let now = start;
    for (let i = 0; i < 10; i++) {
      backoff.failed(gateway, refused, now, 0);
      now += defaultBackoff.knownCapMs;
      expect(backoff.isDown(gateway, now)).toBe(false);
    }
    backoff.failed(gateway, refused, now, 0);
    backoff.forgive(gateway.name, 'passing');
    expect(backoff.isDown(gateway, now)).toBe(false);
    // The verdict of this side is ours, whatever it runs.
    backoff.failed(gateway, revoked, now, 0);
    backoff.forgive(gateway.name, 'passing');
    expect(backoff.isDown(gateway, now)).toBe(true);
  });

  it('is named with what to do about the refusal, not with what to check of the network', () => {
    expect(new HopDownError(hop, 1_000, refused).remedy).toBe(refused.remedy);
    expect(new HopDownError(hop, 1_000, down).remedy).toBe(
      'check that 192.0.2.2:5061 is reachable, then try again',
    );
  });
});
