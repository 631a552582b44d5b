import { createResponse } from '@entente/sip';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { messageOf, serverOf, wire } from './hostile-network.ts';

afterEach(() => void vi.useRealTimers());

/** A peer of a server that refuses everything; time stands still, so that all that comes is within one window. */
async function refusedPeer(as: object, status: number, toTag = '') {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const network = await serverOf();
  network.onRequest = (transaction) =>
    network.endpoint.refuse(
      transaction,
      createResponse(transaction.request, status, undefined, { toTag: 'refused' }),
    );
  const peer = await network.connect(as);
  const next = () => wire('MESSAGE', 0).replace(/^(To: .*)$/m, (to) => to.trimEnd() + toTag);
  return {
    isHeldUpAfter: async (count: number, one = next): Promise<boolean> => {
      await peer.write(Array.from({ length: count }, one).join(''));
      return peer.connection.socket.isPaused();
    },
    heldUp: network.heldUp,
    peer,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

const partner = { partner: 'sip.fabrikam.example' };
const user = { user: 'alice@contoso.example' };

describe('what a server refuses by itself', () => {
  it.each([
    [400, {}],
    [403, {}],
    [403, user],
    [416, {}],
    [420, {}],
    [440, {}],
    [483, user],
    [603, {}],
  ])('holds up a client after 64 within half a second: %i', async (status, as) => {
    await using refused = await refusedPeer(as, status);
    expect(await refused.isHeldUpAfter(63)).toBe(false);
    expect(await refused.isHeldUpAfter(1)).toBe(true);
    await expect.poll(() => refused.peer.statuses).toEqual(new Array(64).fill(status));
    vi.advanceTimersByTime(500);
    const { connection } = refused.peer;
    expect([connection.socket.isPaused(), connection.isClosed]).toEqual([false, false]);
  });

  it.each([
    ['a challenge', 401, ''],
    ['a challenge of a proxy', 407, ''],
    ['an interval that is too short', 423, ''],
    ['a user who does not exist', 404, ''],
    ['a user who is not there', 480, ''],
    ['what fails for want of something', 503, ''],
    ['what crosses with the end of a dialog', 481, ';tag=far'],
  ])('counts an eighth where it meets those who do nothing wrong: %s', async (_, status, toTag) => {
    await using refused = await refusedPeer({}, status, toTag);
    expect(await refused.isHeldUpAfter(511)).toBe(false);
    expect(await refused.isHeldUpAfter(1)).toBe(true);
  });
});

const costsNothing = {
  'cancels what was never begun': () => wire('CANCEL', 0),
  'answers what nobody has asked': () => createResponse(messageOf(wire('MESSAGE', 0)), 200).wire,
  'writes branches of RFC 2543': () => wire('MESSAGE', 0).replace('z9hG4bK', 'old'),
  'sends what is refused by itself': () => wire('MESSAGE', 0),
};

describe('a partner, behind whose connection many are', () => {
  it.each(Object.entries(costsNothing))(
    'is held up for half a second as a client is, after sixteen times as much, where it %s',
    async (_, one) => {
      await using refused = await refusedPeer(partner, 483);
      expect(await refused.isHeldUpAfter(1_023, one)).toBe(false);
      expect(await refused.isHeldUpAfter(1, one)).toBe(true);
      vi.advanceTimersByTime(500);
      const { connection } = refused.peer;
      expect([connection.socket.isPaused(), connection.isClosed]).toEqual([false, false]);
    },
  );

  it('is named in the log where it is held up for answers to nothing, which nobody refuses', async () => {
    await using refused = await refusedPeer(partner, 483);
    await refused.isHeldUpAfter(1_023, costsNothing['answers what nobody has asked']);
    expect(refused.heldUp).toEqual([]);
    await refused.isHeldUpAfter(1, costsNothing['answers what nobody has asked']);
    expect(refused.heldUp).toEqual(['refusals']);
  });

  it('is held up for keep-alives after sixteen times as many, and the log says so', async () => {
    await using refused = await refusedPeer(partner, 483);
    expect(await refused.isHeldUpAfter(1_023, () => '\r\n\r\n')).toBe(false);
    expect(await refused.isHeldUpAfter(1, () => '\r\n\r\n')).toBe(true);
    expect(refused.heldUp).toEqual(['keep-alives']);
  });

  it('is read on from however many of its users are not there', async () => {
    await using refused = await refusedPeer(partner, 404);
    expect(await refused.isHeldUpAfter(2_000)).toBe(false);
  });
});

describe.each([
  ['a gateway', { server: 'gw1.contoso.example' }],
  ['an application', { server: 'app1.contoso.example' }],
])('%s, which others have made', (_, as) => {
  it.each(Object.entries(costsNothing))(
    'is held up as a partner is, and not closed, where it %s',
    async (_, one) => {
      await using refused = await refusedPeer(as, 483);
      expect(await refused.isHeldUpAfter(1_023, one)).toBe(false);
      expect(await refused.isHeldUpAfter(1, one)).toBe(true);
      vi.advanceTimersByTime(500);
      const { connection } = refused.peer;
      expect([connection.socket.isPaused(), connection.isClosed]).toEqual([false, false]);
    },
  );

  it('is read on from however many of those whom it asks for are not there', async () => {
    await using refused = await refusedPeer(as, 404);
    expect(await refused.isHeldUpAfter(2_000)).toBe(false);
  });
});

describe('a server of ours', () => {
  it('is read on from, whatever it brings that is refused', async () => {
    await using refused = await refusedPeer({ server: 'fe2.contoso.example' }, 483);
    expect(await refused.isHeldUpAfter(2_000)).toBe(false);
  });
});
