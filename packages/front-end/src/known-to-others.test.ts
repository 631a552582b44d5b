import { MemoryLocations } from '@entente/sip-proxy/locations';
import { requestBetween } from '@entente/testkit/request';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  alice,
  bob,
  client,
  close,
  newSealing,
  proven,
  register,
  relayed,
  server,
  start,
} from '../test/front-end-on-paper.ts';

afterEach(() => void vi.useRealTimers());

const [fe1, fe2] = ['fe1.contoso.example', 'fe2.contoso.example'];

/** Others see a change before the member that made it hears that it is kept. */
class LateStore extends MemoryLocations {
  answer: () => void = () => {};
  override update(...args: Parameters<MemoryLocations['update']>): never {
    const result = super.update(...args);
    return new Promise((resolve) => {
      this.answer = () => resolve(result);
    }) as never;
  }
}

/** Alice registers at fe1, and the store has not answered; Bob is connected to fe2. */
function registering() {
  const sealing = newSealing();
  const locations = new LateStore();
  const [first, second] = [start(fe1, sealing, locations), start(fe2, sealing, locations)];
  const origin = client(alice);
  proven(first, register(alice), origin);
  const message = () => relayed(second, requestBetween(bob, alice, { method: 'MESSAGE' }), client(bob));
  const bindings = () => locations.lookup('alice@contoso.example', Date.now());
  return { bindings, first, locations, message, origin };
}

describe('a connection that is closed', () => {
  it('is no question to the store where nobody has registered over it: outsiders come and go by the thousand', () => {
    const locations = new MemoryLocations();
    const asked = vi.spyOn(locations, 'removeFlow');
    const network = start(fe1, newSealing(), locations);
    for (let i = 0; i < 3; i++) close(network, client());
    expect(asked).not.toHaveBeenCalled();
    const origin = client(alice);
    proven(network, register(alice), origin);
    close(network, origin);
    expect(asked).toHaveBeenCalledOnce();
  });
});

describe('a registration that another member knows of before the store has answered', () => {
  it('leads to the client: the member that it is connected to has it by then', () => {
    const { first, message, origin } = registering();
    const { sent } = message();
    expect(relayed(first, sent, server(fe2)).to).toBe(first.flows.of(origin));
  });

  it('leads nowhere once the client has left, whatever the store answers', () => {
    const { first, locations, message, origin } = registering();
    const { sent } = message();
    close(first, origin);
    locations.answer();
    expect(first.send(sent, server(fe2))).toMatchObject({ status: 430 });
  });

  it('stays where the client left and came back while a request was under way to it', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { bindings, first, message, origin } = registering();
    const underWay = message();
    vi.setSystemTime(1_000_010);
    close(first, origin);
    vi.setSystemTime(1_000_020);
    proven(first, register(alice), client(alice));
    underWay.answer(430);
    expect(bindings()).toMatchObject([{ updatedAt: 1_000_020 }]);
    vi.setSystemTime(1_005_020);
    message().answer(430);
    expect(bindings()).toEqual([]);
  });

  it('is tried again, after longer and longer pauses, where the server in front of the client has not heard of it yet', async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const underWay = registering().message();
    const pauses: number[] = [];
    for (let groups = 1; groups > 0; ) {
      underWay.answer(430);
      const before = Date.now();
      const later = underWay.rules.awaitTargets?.(430)?.then((found) => found.length);
      if (later === undefined) break;
      await vi.advanceTimersToNextTimerAsync();
      while ((await Promise.race([later, 'waits'])) === 'waits') await vi.advanceTimersToNextTimerAsync();
      groups = (await later) ?? 0;
      if (groups > 0) pauses.push(Date.now() - before);
    }
    expect(pauses.map((pause) => Math.round(Math.log2(pause / 50)))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Date.now()).toBe(1_005_000);
  });

  it('is not tried again where it is so old that the server in front of the client has long heard of it', async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { message } = registering();
    vi.setSystemTime(1_004_990);
    const underWay = message();
    const next = async (): Promise<unknown> => {
      underWay.answer(430);
      const later = underWay.rules.awaitTargets?.(430);
      await vi.advanceTimersByTimeAsync(1_000);
      return Promise.race([later, 'nothing yet']);
    };
    expect(await next()).toHaveLength(1);
    expect(await next()).toBe('nothing yet');
  });

  it('stays where the server in front of the client has not heard yet that it has registered', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { bindings, message } = registering();
    vi.setSystemTime(1_004_999);
    message().answer(430);
    expect(bindings()).toMatchObject([{ updatedAt: 1_000_000 }]);
    vi.setSystemTime(1_005_000);
    message().answer(430);
    expect(bindings()).toEqual([]);
  });
});
