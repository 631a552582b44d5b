import { describe, expect, it } from 'vitest';
import { type serverOfUsers, startOutside, waits } from './server-of-users.ts';

describe('a user who has authenticated on a connection at an edge', () => {
  it('refreshes there, whatever is guessed, also where the edge has connected again', () => {
    const { connectEdge, other, own, send, sendTimes } = startOutside();
    send(own, 'alice');
    sendTimes(6, other, 'alice', 'no');
    expect(send({ ...own, edge: connectEdge() }, 'alice')).toBe('admitted');
  });

  it('opens no way to guess on the connection of this name at another edge', () => {
    const { connectEdge, other, own, send, sendTimes } = startOutside();
    send(own, 'alice');
    sendTimes(5, other, 'alice', 'no');
    expect(send({ ...own, edge: connectEdge('edge2.contoso.example') }, 'alice')).toBe(waits);
    expect(send(own, 'alice')).toBe('admitted');
  });

  it('waits there with the others when the password is another one, the account is disabled, or the proof is too old', () => {
    const { disabled, other, own, passwords, send, sendTimes, time } = startOutside();
    const ends: readonly (() => void)[] = [
      () => void passwords.set('alice', 'new'),
      () => {
        time.now += 3_600_000;
      },
      () => void disabled.add('alice'),
    ];
    for (const end of ends) {
      time.now += 1_000_000;
      expect(send(own, 'alice')).toBe('admitted');
      end();
      sendTimes(6, other, 'alice', 'no');
      expect(send(own, 'alice')).toBe(waits);
    }
  });

  it('is known on the sixteen connections on which it was proven last', () => {
    const { edge, other, send, sendTimes } = startOutside();
    const all = Array.from({ length: 17 }, (_, at) => ({ edge, connection: `connection ${at}` }));
    for (const one of all) expect(send(one, 'alice')).toBe('admitted');
    sendTimes(6, other, 'alice', 'no');
    expect(all.map((one) => send(one, 'alice'))).toEqual([waits, ...Array(16).fill('admitted')]);
  });
});

describe('a connection that no edge has named', () => {
  it.each([
    ['by an edge of an earlier version', { connection: undefined }],
    [
      'by an edge whose client writes the name of another',
      { connection: undefined, written: { 'entente-connection': 'one' } },
    ],
    ['by a name that is too long', { connection: 'x'.repeat(65) }],
  ])('has no tries of its own: %s', (_, over) => {
    const { edge, other, own, send, sendTimes } = startOutside();
    const unnamed = { edge, ...over };
    expect([send(own, 'alice'), send(unnamed, 'alice')]).toEqual(['admitted', 'admitted']);
    sendTimes(6, other, 'alice', 'no');
    expect([send(unnamed, 'alice'), send(own, 'alice')]).toEqual([waits, 'admitted']);
  });

  it.each([
    ['a client itself', (server: ReturnType<typeof serverOfUsers>) => server.connect()],
    ['an application', (server: ReturnType<typeof serverOfUsers>) => server.connectApplication()],
  ])('nor has one that is named by %s', (_, connect) => {
    const server = startOutside();
    const { other, send, sendTimes } = server;
    const named = { edge: connect(server), connection: 'one' };
    expect(send(named, 'alice')).toBe('admitted');
    const again = { ...named, edge: connect(server) };
    sendTimes(6, other, 'alice', 'no');
    expect(send(again, 'alice')).toBe(waits);
  });
});
