import { setImmediate } from 'node:timers/promises';
import type { Binding } from '@entente/sip-proxy/locations';
import type { LocationRecord, RecordJson } from '@entente/sip-proxy/locations/replicated';
import { describe, expect, it } from 'vitest';
import { copyRequest } from './copy-message.ts';
import { PoolCopies } from './pool-copies.ts';

const start = 1_700_000_000_000;
const [fe2, fe3] = ['fe2.contoso.example', 'fe3.contoso.example'] as const;
/** More than go into one message. */
const users = 500;

/** A server that knows many users, and what it sends. */
function server() {
  const state = { now: start, takes: (_aors: readonly string[]) => true };
  const sent: { readonly to: string; readonly aors: readonly string[]; readonly isTaken: boolean }[] = [];
  const record: LocationRecord = new Map([['sip:a@192.0.2.1', { at: start, until: start + 60_000 }]]);
  const known = new Map(Array.from({ length: users }, (_, i) => [`user${i}@contoso.example`, record]));
  const copies: PoolCopies = new PoolCopies({
    members: () => [fe2, fe3],
    isLiving: () => true,
    send: async (to, { records }) => {
      const aors = records.map((text) => (JSON.parse(text) as [string])[0]);
      await setImmediate();
      const isTaken = state.takes(aors);
      sent.push({ to, aors, isTaken });
      return isTaken;
    },
    records: () => known,
    patience: () => setImmediate(),
    clock: () => state.now,
  });
  return {
    copies,
    record,
    state,
    /** Full copies that a server has got, once nothing more is sent. */
    async fullTo(member: string) {
      for (let i = 0; i < 100; i++) await setImmediate();
      const all = sent.filter(({ isTaken, to }) => isTaken && to === member).flatMap(({ aors }) => aors);
      return all.length / users;
    },
    messages: () => sent.length,
    /** So many seconds go by. */
    async seconds(count: number) {
      for (let i = 0; i < count; i++) {
        state.now += 1_000;
        copies.tick();
        for (let j = 0; j < 20; j++) await setImmediate();
      }
    },
  };
}

describe('a member that asks for everything', () => {
  it('gets it at once, and again at once where it has started twice', async () => {
    const { copies, fullTo } = server();
    copies.returned(fe2);
    expect(await fullTo(fe2)).toBe(1);
    copies.returned(fe2);
    expect(await fullTo(fe2)).toBe(2);
  });

  it('again and again gets a few full copies, then one in half a minute, and others none the less', async () => {
    const { copies, fullTo, seconds } = server();
    for (let i = 0; i < 300; i++) {
      copies.returned(fe2);
      await setImmediate();
    }
    expect(await fullTo(fe2)).toBeLessThanOrEqual(4);
    copies.returned(fe3);
    expect(await fullTo(fe3)).toBe(1);
    const before = await fullTo(fe2);
    for (let i = 0; i < 60; i++) {
      await seconds(1);
      copies.returned(fe2);
    }
    const after = await fullTo(fe2);
    expect(after - before).toBeGreaterThanOrEqual(1);
    expect(after - before).toBeLessThanOrEqual(2);
  });

  it('too often is not forgotten: it gets everything once its time has come', async () => {
    const { copies, fullTo, seconds } = server();
    for (let i = 0; i < 5; i++) {
      copies.returned(fe2);
      await fullTo(fe2);
    }
    expect(await fullTo(fe2)).toBe(4);
    await seconds(30);
    expect(await fullTo(fe2)).toBe(5);
    await seconds(120);
    expect(await fullTo(fe2)).toBe(5);
  });

  it('while it gets everything begins nothing again: what it asks for then comes once, afterwards', async () => {
    const { copies, fullTo } = server();
    for (let i = 0; i < 4; i++) copies.returned(fe2);
    expect(await fullTo(fe2)).toBe(2);
  });

  it('gets it within a second once it takes messages again, however often it has refused them', async () => {
    const { copies, fullTo, record, seconds, state } = server();
    state.takes = () => false;
    void copies.changed('user0@contoso.example', record);
    await seconds(60);
    expect(await fullTo(fe2)).toBe(0);
    state.takes = () => true;
    await seconds(1);
    expect(await fullTo(fe2)).toBe(1);
  });

  it('costs no more where it takes all but the last message', async () => {
    const { copies, messages, seconds, state } = server();
    state.takes = (aors) => !aors.includes(`user${users - 1}@contoso.example`);
    copies.returned(fe2);
    await seconds(60);
    expect(messages()).toBeLessThanOrEqual((4 + 2) * 3);
  });
});

describe('changes of one user', () => {
  const aor = 'alice@contoso.example';
  const entry = (at: number) => ({ at, until: start + 60_000 });

  /** What one server is told, a message at a time. */
  function told() {
    const messages: (readonly string[])[] = [];
    const copies: PoolCopies = new PoolCopies({
      members: () => [fe2],
      isLiving: () => true,
      send: async (_, { records }) => {
        const read = records.map((text) => JSON.parse(text) as [aor: string, entries: RecordJson]);
        messages.push(read.flatMap(([, entries]) => entries.map(([key, at]) => `${key} ${at - start}`)));
        await setImmediate();
        return true;
      },
      records: () => [],
      patience: () => setImmediate(),
      clock: () => start,
    });
    return { copies, messages };
  }

  it('are told without what others know already, and those that wait in one message as they are then', async () => {
    const { copies, messages } = told();
    const record = new Map(Array.from({ length: 16 }, (_, i) => [`sip:${i}`, entry(start)] as const));
    await copies.changed(aor, record, new Map([['sip:1', entry(start)]]));
    for (let i = 0; i < 10; i++) await setImmediate();
    const sent = copies.changed(aor, record, new Map([['sip:2', entry(start)]]));
    // Its message is under way.
    await Promise.resolve();
    await Promise.resolve();
    for (let i = 1; i <= 9; i++) {
      record.set('sip:3', entry(start + i));
      void copies.changed(aor, new Map(record), new Map([['sip:3', entry(start + i)]]));
      void copies.changed(aor, new Map(record), new Map([['sip:4', entry(start)]]));
    }
    await sent;
    for (let i = 0; i < 10; i++) await setImmediate();
    expect(messages.map((message) => [...message].sort())).toEqual([
      ['sip:1 0'],
      ['sip:2 0'],
      ['sip:3 9', 'sip:4 0'],
    ]);
  });

  it('are written once, to however many servers they go, and so are those that wait', async () => {
    const to: string[] = [];
    const ends = { from: 'fe1.contoso.example', newToken: () => 'token' };
    const copies: PoolCopies = new PoolCopies({
      members: () => [fe2, fe3],
      isLiving: () => true,
      send: async (member, message) => {
        copyRequest(message, { ...ends, to: member });
        to.push(member);
        await setImmediate();
        return true;
      },
      records: () => [],
      patience: () => setImmediate(),
      clock: () => start,
    });
    let written = 0;
    const binding = { aor, uri: 'sip:0', toJSON: () => ++written } as unknown as Binding;
    const change = (uri: string) => new Map([[uri, { ...entry(start), binding }]]);
    void copies.changed(aor, change('sip:0'));
    // Its messages are under way.
    await Promise.resolve();
    await Promise.resolve();
    expect([to, written]).toEqual([[fe2, fe3], 1]);
    const both = new Map([...change('sip:1'), ...change('sip:2')]);
    void copies.changed(aor, both, change('sip:1'));
    void copies.changed(aor, both, change('sip:2'));
    for (let i = 0; i < 10; i++) await setImmediate();
    expect([to, written]).toEqual([[fe2, fe3, fe2, fe3], 1 + 2]);
  });

  it('that wait leave out what the record has no room for any more', async () => {
    const { copies, messages } = told();
    void copies.changed(aor, new Map([['sip:0', entry(start)]]));
    // Its message is under way.
    await Promise.resolve();
    await Promise.resolve();
    for (let i = 1; i <= 200; i++) {
      const record = new Map([[`sip:${i}`, entry(start + i)]]);
      void copies.changed(aor, record, record);
    }
    for (let i = 0; i < 10; i++) await setImmediate();
    expect(messages).toEqual([['sip:0 0'], ['sip:200 200']]);
  });
});
