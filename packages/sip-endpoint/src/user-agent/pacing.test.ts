import { StepClock } from '@entente/testkit';
import { describe, expect, it, vi } from 'vitest';
import { Pacing } from './pacing.ts';

const of = 'sip:alice@contoso.example';

function start(pace: { readonly atOnce: number; readonly unanswered: number }) {
  const clock = new StepClock(1_000_000);
  const server = { isBehind: false };
  const pacing = new Pacing({ clock, pace, of, isBehind: () => server.isBehind });
  return { clock, pacing, server };
}

describe('the pace of new requests', () => {
  it('lets the next one begin where an answer is late, unless the server has not taken the request yet', async () => {
    const { clock, pacing, server } = start({ atOnce: 1, unanswered: 2 });
    await pacing.next('MESSAGE', 'one');
    let isBegun = false;
    const second = pacing.next('MESSAGE', 'two').then(() => {
      isBegun = true;
    });
    await Promise.resolve();
    server.isBehind = true;
    clock.move(4_000);
    await new Promise(setImmediate);
    expect(isBegun).toBe(false);
    server.isBehind = false;
    clock.move(3_999);
    await new Promise(setImmediate);
    expect(isBegun).toBe(false);
    clock.move(1);
    await second;
    // Two are not answered: there is no third.
    void pacing.next('MESSAGE', 'three');
    clock.move(4_000);
    await new Promise(setImmediate);
    expect(pacing.waiting).toBe(1);
  });

  it('lets calls begin while other requests are not answered, and the other way round', async () => {
    const { pacing } = start({ atOnce: 4, unanswered: 1 });
    const text = await pacing.next('MESSAGE', undefined);
    const call = await pacing.next('INVITE', undefined);
    const others = [pacing.next('MESSAGE', undefined), pacing.next('INVITE', undefined)];
    expect(pacing.waiting).toBe(2);
    call.over();
    call.over();
    await others[1];
    expect(pacing.waiting).toBe(1);
    text.over();
    await others[0];
    expect(pacing.waiting).toBe(0);
  });

  it('has large bodies go one after the other, by their bytes', async () => {
    const { pacing } = start({ atOnce: 16, unanswered: 128 });
    const first = await pacing.next('MESSAGE', 'ä'.repeat(16_384));
    const second = pacing.next('MESSAGE', new Uint8Array(1));
    await Promise.resolve();
    expect(pacing.waiting).toBe(1);
    first.heard();
    await second;
    expect(pacing.waiting).toBe(0);
  });

  it('keeps no place for what is given up while it waits', async () => {
    const { pacing } = start({ atOnce: 1, unanswered: 2 });
    const first = await pacing.next('MESSAGE', undefined);
    const givenUp = new AbortController();
    const second = pacing.next('MESSAGE', undefined, givenUp.signal);
    const third = pacing.next('MESSAGE', undefined);
    await Promise.resolve();
    givenUp.abort(new Error('no more'));
    await expect(second).rejects.toThrow('no more');
    first.over();
    (await third).heard();
    void pacing.next('MESSAGE', undefined);
    await new Promise(setImmediate);
    expect(pacing.waiting).toBe(0);
  });

  it('warns once where very many wait', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    try {
      const { pacing } = start({ atOnce: 1, unanswered: 1 });
      for (let count = 0; count < 10_005; count++) void pacing.next('MESSAGE', undefined);
      expect(warned).toHaveBeenCalledTimes(1);
      expect(warned).toHaveBeenCalledWith(`10000 requests of ${of} wait for their turn`, {
        type: 'ManyRequestsWarning',
        code: 'ENTENTE_SIP_MANY_REQUESTS',
        detail: 'wait for answers before you ask for more: each one that waits takes memory',
      });
    } finally {
      warned.mockRestore();
    }
  });
});
