import { describe, expect, it } from 'vitest';
import { alice, binding, now, server } from '../../../test/replicated-server.ts';

describe('a change', () => {
  const devices = Array.from({ length: 16 }, (_, i) => binding({ uri: `sip:a@192.0.2.${i}` }));

  it('is handed on as what it has changed: one binding of sixteen, or the trace of one that is removed', () => {
    const { changes, locations, put, sent } = server();
    put(devices);
    put(devices.with(3, binding({ uri: 'sip:a@192.0.2.3', cseq: 2 })), now + 1);
    put(devices.with(3, binding({ uri: 'sip:a@192.0.2.3', cseq: 2 })).slice(0, 15), now + 2);
    locations.removeUser(alice, ({ uri }) => uri === 'sip:a@192.0.2.0');
    expect(sent.map(({ size }) => size)).toEqual([16, 16, 16, 16]);
    const told = changes.map((changed) => [...changed].map(([key, entry]) => [key, entry.binding?.cseq]));
    expect(told.slice(1)).toEqual([
      [['sip:a@192.0.2.3', 2]],
      expect.arrayContaining([['sip:a@192.0.2.15', undefined]]),
      [['sip:a@192.0.2.0', undefined]],
    ]);
  });

  it('leads to the same elsewhere as everything would, in any order', () => {
    const one = server();
    one.put(devices);
    one.put(devices.slice(1), now + 1);
    one.put([...devices.slice(2), binding({ uri: 'sip:a@192.0.2.99' })], now + 2);
    const two = server();
    for (const changed of one.changes.toReversed()) two.locations.merge(alice, changed, now + 3);
    expect(two.uris(now + 3)).toEqual(one.uris(now + 3));
  });
});
