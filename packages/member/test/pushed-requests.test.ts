import type { PushedRequest } from '@entente/topology';
import { beforeEach, describe, expect, it } from 'vitest';
import { AuthorityWays } from '../src/authority/authority-connections.ts';
import { PushedRequests } from '../src/push/pushed-requests.ts';
import { TestClock } from './sample-domain.ts';

const openMs = 240_000;
const url = 'https://ca.contoso.example';
const running = new AbortController().signal;
const get = (path: string) => new Request(`${url}${path}`);
const settled = () => new Promise((resolve) => setImmediate(resolve));

let clock: TestClock;
let pushed: PushedRequests;
beforeEach(() => {
  clock = new TestClock(1_000_000);
  pushed = new PushedRequests({ openMs: () => openMs, clock });
});

/** What became of a request, as far as it is known. */
function outcomeOf(sending: Promise<Response>): { text?: string } {
  const outcome: { text?: string } = {};
  sending.then(
    async (answer) => {
      outcome.text = `${answer.status} ${await answer.text()}`;
    },
    (error: Error & { code?: string }) => {
      outcome.text = error.code ?? error.message;
    },
  );
  return outcome;
}

describe('requests that travel over pushes', () => {
  it('are given to the authority once in each push, and get the answer that has their id', async () => {
    pushed.arrived();
    const sending = pushed.send(get('/state'), running);
    await settled();
    const [request] = pushed.hand() as [PushedRequest];
    expect(request).toMatchObject({ method: 'GET', path: '/state' });
    expect(pushed.hand()).toEqual([]);
    expect(pushed.answer('0'.repeat(32), new Response('forged'))).toBe(false);
    expect(pushed.answer(request.id, new Response('good'))).toBe(true);
    expect(await (await sending).text()).toBe('good');
    expect(pushed.answer(request.id, new Response('again')), 'and no second one').toBe(false);
  });

  it('wait for the next push where our certificate was replaced since the authority dialled', async () => {
    pushed.arrived();
    const outcome = outcomeOf(pushed.send(get('/trust-bundle'), running));
    await settled();
    pushed.replaced();
    expect(pushed.isAttended, 'others travel another way, if there is one').toBe(false);
    expect(pushed.hasNews).toBe(false);
    expect(pushed.hand()).toEqual([]);
    pushed.left();
    pushed.arrived();
    expect(pushed.isAttended).toBe(true);
    const [request] = pushed.hand() as [PushedRequest];
    pushed.answer(request.id, new Response('by the new one'));
    await settled();
    expect(outcome.text).toBe('200 by the new one');
  });

  it('wait for the next push where the authority is not there, and are given to it again where it hung up', async () => {
    pushed.arrived();
    pushed.left();
    const outcome = outcomeOf(pushed.send(get('/trust-bundle'), running));
    await settled();
    expect(pushed.hand()).toHaveLength(1);
    clock.advance(60_000);
    pushed.arrived();
    const [again] = pushed.hand() as [PushedRequest];
    pushed.answer(again.id, new Response('late'));
    await settled();
    expect(outcome.text).toBe('200 late');
  });

  it('fail after fifteen seconds where the authority hangs up in the middle of a push', async () => {
    pushed.arrived();
    const outcome = outcomeOf(pushed.send(get('/state'), running));
    await settled();
    clock.advance(14_000);
    pushed.heard();
    clock.advance(14_000);
    await settled();
    expect(outcome.text).toBeUndefined();
    clock.advance(2_000);
    await settled();
    expect(outcome.text).toBe('ENTENTE_MEMBER_UNREACHABLE');
    expect(pushed.isAttended).toBe(false);
  });

  it('fail where the authority pushes no more', async () => {
    pushed.arrived();
    pushed.left();
    const outcome = outcomeOf(pushed.send(get('/state'), running));
    await settled();
    clock.advance(openMs);
    await settled();
    expect(outcome.text).toBe('ENTENTE_MEMBER_UNREACHABLE');
    expect(pushed.isOpen).toBe(false);
  });

  it('are no others than those of members, no longer than a standing, and no more than 64', async () => {
    pushed.arrived();
    const refused = [
      get('/events'),
      new Request(`${url}/revoke`, { method: 'POST', body: '{}' }),
      new Request(`${url}/standing`, { method: 'POST', body: 'x'.repeat(131_073) }),
    ];
    for (const request of refused)
      await expect(pushed.send(request, running)).rejects.toMatchObject({
        code: 'ENTENTE_MEMBER_UNREACHABLE',
      });
    const many = Array.from({ length: 65 }, () => outcomeOf(pushed.send(get('/state'), running)));
    await settled();
    expect(many.filter(({ text }) => text !== undefined)).toHaveLength(1);
  });

  it('end with their signals', async () => {
    pushed.arrived();
    const stop = new AbortController();
    const outcome = outcomeOf(pushed.send(get('/state'), stop.signal));
    await settled();
    stop.abort(new Error('over'));
    await settled();
    expect(outcome.text).toBe('over');
    expect(pushed.hand()).toEqual([]);
  });
});

describe('the way of a request to the authority', () => {
  const good = async () => new Response('direct');
  const broken = async () => {
    throw Object.assign(new Error('connect EHOSTUNREACH'), { code: 'EHOSTUNREACH' });
  };
  let mayDial: boolean;
  let ways: AuthorityWays;
  beforeEach(() => {
    mayDial = true;
    ways = new AuthorityWays({ pushed, mayDial: () => mayDial });
  });
  const send = async (direct: () => Promise<Response>) => {
    const outcome = outcomeOf(ways.send(get('/state'), direct, running));
    await settled();
    for (const { id } of pushed.hand()) pushed.answer(id, new Response('pushed'));
    await settled();
    return outcome.text;
  };

  it('is a connection of our own, and the push while the authority is there', async () => {
    expect(await send(good)).toBe('200 direct');
    pushed.arrived();
    expect(await send(good)).toBe('200 pushed');
    pushed.left();
    expect(await send(good)).toBe('200 direct');
  });

  it('is the push where no connection comes about, until one does', async () => {
    expect(await send(broken), 'nobody pushes').toBe('EHOSTUNREACH');
    pushed.arrived();
    pushed.left();
    expect(await send(broken)).toBe('200 pushed');
    expect(await send(good), 'and nothing else is tried').toBe('200 pushed');
    ways.reached();
    expect(await send(good)).toBe('200 direct');
  });

  it('is a connection of our own where the authority hangs up in the middle of a push', async () => {
    pushed.arrived();
    const outcome = outcomeOf(ways.send(get('/state'), good, running));
    await settled();
    clock.advance(15_000);
    await settled();
    expect(outcome.text).toBe('200 direct');
  });

  it('is never a connection of our own where the topology closes the row of members', async () => {
    mayDial = false;
    expect(await send(good)).toBe('ENTENTE_MEMBER_UNREACHABLE');
    pushed.arrived();
    pushed.left();
    expect(await send(good)).toBe('200 pushed');
  });
});
