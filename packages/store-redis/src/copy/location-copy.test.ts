import type { Binding } from '@entente/sip-proxy/locations';
import { describe, expect, it } from 'vitest';
import { LocationCopy } from './location-copy.ts';

const now = 1_700_000_000_000;
const binding = (aor: string, expiresAt: number): Binding => ({
  aor,
  uri: `sip:${aor}`,
  q: 1,
  expiresAt,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt: now,
});

/** A copy with users of whom every second one has expired a second from now. */
function start(users: number) {
  const copy = new LocationCopy(() => {});
  for (let i = 0; i < users; i++) {
    const aor = `user${i}@contoso.example`;
    copy.put(aor, { version: i + 1, bindings: [binding(aor, now + (i % 2 === 0 ? 1_000 : 9_000))] });
  }
  return copy;
}
const addresses = (copy: LocationCopy) => [...copy.addresses()].length;

describe('what has expired in the copy of a server', () => {
  it('is forgotten, a part at a time, with all that was known of its address', () => {
    const copy = start(6);
    copy.expireSome(now + 1_000, 2, 100);
    expect([copy.size, addresses(copy)]).toEqual([5, 5]);
    for (let part = 0; part < 4; part++) copy.expireSome(now + 1_000, 2, 100);
    expect([copy.size, addresses(copy)]).toEqual([3, 3]);
    expect(copy.versionOf('user1@contoso.example')).toBe(2);
  });

  it('leaves its number until all changes before it have been seen: an earlier one may still come', () => {
    const copy = start(1);
    const [aor] = [...copy.addresses()] as [string];
    copy.expireSome(now + 1_000, 5, 0);
    expect([copy.size, copy.versionOf(aor)]).toEqual([0, 1]);
    copy.put(aor, { version: 1, bindings: [binding(aor, now + 9_000)] });
    expect(copy.lookup(aor, now + 1_000)).toEqual([]);
    copy.expireSome(now + 1_000, 5, 1);
    copy.expireSome(now + 1_000, 5, 1);
    expect(addresses(copy)).toBe(0);
  });

  it('takes nothing that has not expired of an address with both', () => {
    const copy = new LocationCopy(() => {});
    const aor = 'alice@contoso.example';
    const [short, long] = [binding(aor, now + 1_000), { ...binding(aor, now + 9_000), uri: 'sip:b@x' }];
    copy.put(aor, { version: 3, bindings: [short, long] });
    copy.expireSome(now + 1_000, 5, 9);
    expect(copy.lookup(aor, 0)).toEqual([long]);
    expect(copy.versionOf(aor)).toBe(3);
  });
});
