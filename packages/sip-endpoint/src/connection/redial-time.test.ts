import { EventEmitter } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { StepClock } from '@entente/testkit';
import type { Credential } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { whenAged } from './redial-time.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);

/** A connection between certificates that end at these times, on a clock that the test moves. */
function aged(ownEnd: number, peerEnd: number, reachable = true, shown = 'ours') {
  const clock = new StepClock(start);
  const did: string[] = [];
  let renewed = (): void => {};
  const identity = {
    current: { leaf: { notAfter: ownEnd, der: Buffer.from('ours') } },
    onChange(listener: () => void) {
      renewed = listener;
      return () => {
        renewed = () => {};
      };
    },
  } as unknown as Credential;
  const socket = Object.assign(new EventEmitter(), {
    getX509Certificate: () => ({ raw: Buffer.from(shown), validTo: new Date(ownEnd).toISOString() }),
    [Symbol.for('@entente/tls.peer')]: { verdict: { path: { certificates: [{ notAfter: peerEnd }] } } },
  }) as unknown as TLSSocket;
  whenAged(
    socket,
    { trust: { clock }, identity, random: () => 0.5 },
    {
      async replace() {
        did.push('replace');
        return reachable;
      },
      close: () => void did.push('close'),
    },
  );
  const pass = async (ms: number) => {
    clock.move(ms);
    await Promise.resolve();
  };
  return { did, pass, renew: () => renewed(), close: () => socket.emit('close') };
}

describe('a connection whose certificates end', () => {
  it('is replaced when three quarters of the time to the first end have passed, and closed ten minutes later', async () => {
    const { did, pass } = aged(start + 160 * hour, start + 20 * hour);
    await pass(14 * hour);
    expect(did).toEqual([]);
    await pass(hour);
    expect(did).toEqual(['replace']);
    await pass(hour / 6);
    expect(did).toEqual(['replace', 'close']);
  });

  it('is replaced every day: the certificate of the other side may have been replaced, or may have to be', async () => {
    const { did, pass } = aged(start + 160 * hour, start + 160 * hour);
    await pass(22 * hour);
    expect(did).toEqual([]);
    await pass(hour);
    expect(did).toEqual(['replace']);
  });

  it('is replaced within a minute after our certificate was, not by all servers at once', async () => {
    const { did, pass, renew } = aged(start + 160 * hour, start + 160 * hour);
    renew();
    expect(did).toEqual([]);
    await pass(60_000);
    expect(did).toEqual(['replace']);
  });

  it('is replaced within a minute where our certificate was while it was made', async () => {
    const { did, pass } = aged(start + 160 * hour, start + 160 * hour, true, 'the one before');
    await pass(60_000);
    expect(did).toEqual(['replace']);
  });

  it('stays open where the other side cannot be dialled, which is tried again while there is time', async () => {
    const { did, pass } = aged(start + 160 * hour, start + 160 * hour, false);
    await pass(23 * hour);
    await pass(23 * hour);
    expect(did).toEqual(['replace', 'replace']);
  });

  it('is left alone once it is closed', async () => {
    const { close, did, pass, renew } = aged(start + 160 * hour, start + 160 * hour);
    close();
    renew();
    await pass(160 * hour);
    expect(did).toEqual([]);
  });
});
