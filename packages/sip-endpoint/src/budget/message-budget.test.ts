import { describe, expect, it } from 'vitest';
import type { Ledger } from './ledger.ts';
import { MessageBudget } from './message-budget.ts';

const mebibyte = 1_048_576;
const budgetOf = () => new MessageBudget({ maxBytes: 64 * mebibyte, maxTransactions: 8_000 });

/** Takes as much as there is. */
function fill(ledger: ReturnType<MessageBudget['open']>, bytes: number, transactions = 1): number {
  let taken = 0;
  while (ledger.take(bytes, transactions)) taken++;
  return taken;
}

describe('a message budget', () => {
  it('counts what is refused at once for all connections of a peer, and of one that is unknown for each', () => {
    const budget = budgetOf();
    const [one, other] = [1, 2].map(() => budget.open('partner', '203.0.113.1', 'fabrikam')) as [
      Ledger,
      Ledger,
    ];
    expect(one.refusalsOf(true)).toBe(other.refusalsOf(true));
    expect(one.refusalsOf(true)).not.toBe(budget.open('partner', '203.0.113.1', 'litware').refusalsOf(true));
    const [first, second] = [1, 2].map(() => budget.open('unknown', '192.0.2.1')) as [Ledger, Ledger];
    expect(first.refusalsOf(false)).not.toBe(second.refusalsOf(false));
    for (const ledger of [first, second]) budget.prove(ledger, '192.0.2.1', 'alice@contoso.example');
    expect(first.refusalsOf(true)).toBe(second.refusalsOf(true));
  });

  it('keeps the places of servers free, whatever unknown peers and users do', () => {
    for (const size of [1_000, 100_000]) {
      const budget = budgetOf();
      for (let peer = 0; peer < 2_000; peer++) {
        fill(budget.open('unknown', `192.0.2.${peer % 250}`), size);
        fill(budget.open('unknown', `2001:db8:0:${peer.toString(16)}::1`), size);
        const connection = budget.open('unknown', `198.51.100.${peer % 250}`);
        budget.prove(connection, `198.51.100.${peer % 250}`, `user${peer}@contoso.example`);
        fill(connection, size);
        fill(budget.open('partner', '203.0.113.1', `partner${peer}`), size);
      }
      expect(budget.bytes).toBeLessThan(budget.maxBytes);
      expect(budget.transactions).toBeLessThan(budget.maxTransactions);
      for (const kind of ['unknown', 'user', 'partner'] as const) {
        const { maxBytes } = budget.of(kind);
        expect(budget.open(kind, '203.0.113.9', 'one-more').has(maxBytes / 20, 1), kind).toBe(false);
      }
      const servers = ['fe1.contoso.example', 'fe2.contoso.example'].map((name) =>
        budget.open('server', '10.0.0.1', name),
      );
      let kept = 0;
      for (const server of servers) kept += fill(server, size) * size;
      expect(kept).toBeGreaterThan(size === 1_000 ? 2_000 * size : 0.35 * budget.maxBytes);
    }
  });

  it.each([
    ['an address', 'unknown', (budget: MessageBudget) => budget.open('unknown', '192.0.2.1')],
    [
      'a /64 of IPv6',
      'unknown',
      (budget: MessageBudget, i: number) => budget.open('unknown', `2001:db8::${i}`),
    ],
    ['a partner', 'partner', (budget: MessageBudget) => budget.open('partner', '192.0.2.1', 'fabrikam')],
    [
      'a server',
      'server',
      (budget: MessageBudget) => budget.open('server', '10.0.0.1', 'fe2.contoso.example'),
    ],
  ] as const)(
    'holds %s to a part of what its kind may have, over however many connections',
    (_, kind, open) => {
      const budget = budgetOf();
      const connections = Array.from({ length: 40 }, (_, i) => open(budget, i + 1));
      for (const ledger of connections) fill(ledger, 10_000, 0);
      expect(budget.of(kind).bytes).toBeGreaterThan(0);
      expect(budget.of(kind).bytes).toBeLessThanOrEqual(budget.of(kind).maxBytes / 2);
      for (const ledger of connections) ledger.release(ledger.bytes, 0);
      for (const ledger of connections) fill(ledger, 0.001, 1);
      expect(budget.of(kind).transactions).toBeLessThanOrEqual(budget.of(kind).maxTransactions / 2);
    },
  );

  it('holds a connection to a part of what its address may have', () => {
    const budget = budgetOf();
    const one = budget.open('unknown', '192.0.2.1');
    fill(one, 1_000);
    expect(one.bytes).toBeLessThanOrEqual(one.maxBytes);
    expect(budget.open('unknown', '192.0.2.1').take(1_000, 1)).toBe(true);
  });

  it('holds a user to a part of what users may have, however many connections and addresses they have', () => {
    const budget = budgetOf();
    for (let i = 1; i < 100; i++) {
      const ledger = budget.open('unknown', `192.0.2.${i}`);
      budget.prove(ledger, `192.0.2.${i}`, 'alice@contoso.example');
      fill(ledger, 10_000, 0);
    }
    expect(budget.of('user').bytes).toBeLessThanOrEqual(budget.of('user').maxBytes / 8);
    const other = budget.open('unknown', '198.51.100.1');
    budget.prove(other, '198.51.100.1', 'bob@contoso.example');
    expect(other.has(10_000, 1)).toBe(true);
  });

  it.each([12, 40])('leaves room for the next one though %i users take all they get', (count) => {
    const budget = budgetOf();
    for (const size of [1_000_000, 1_000]) {
      for (let i = 0; i < count; i++) {
        const user = budget.open('unknown', `192.0.${i >> 8}.${i & 255}`);
        budget.prove(user, `192.0.${i >> 8}.${i & 255}`, `user${i}@contoso.example`);
        fill(user, size);
      }
    }
    const next = budget.open('unknown', '198.51.100.2');
    budget.prove(next, '198.51.100.2', 'bob@contoso.example');
    expect(next.has(4_000, 1)).toBe(true);
  });

  it('moves what is under way to the user that an unknown peer proves to be', () => {
    const budget = budgetOf();
    const ledger = budget.open('unknown', '192.0.2.1');
    ledger.take(5_000, 2);
    budget.prove(ledger, '192.0.2.1', 'alice@contoso.example');
    expect([budget.of('unknown').bytes, budget.of('unknown').transactions]).toEqual([0, 0]);
    expect([budget.of('user').bytes, budget.of('user').transactions]).toEqual([5_000, 2]);
    ledger.release(5_000, 2);
    ledger.close();
    expect([budget.bytes, budget.transactions, budget.peers]).toEqual([0, 0, 0]);
  });

  it('counts what waits for the answers of all devices of a user together, from when they prove to be', () => {
    const budget = budgetOf();
    const devices = [1, 2, 3].map(() => budget.openTowardsClient());
    const [first, second, stranger] = devices as [Ledger, Ledger, Ledger];
    fill(first, 10_000, 1);
    expect(second.has(10_000, 1)).toBe(true);
    for (const device of [first, second]) budget.proveTowards(device, 'alice@contoso.example');
    expect(second.has(10_000, 1)).toBe(false);
    expect(stranger.has(10_000, 1)).toBe(true);
    first.close();
    expect(second.has(10_000, 1), 'a device that went away is still asked').toBe(false);
    first.release(first.bytes, first.transactions);
    expect(second.has(10_000, 1)).toBe(true);
    second.close();
    expect(budget.peers).toBe(0);
  });

  it('counts what is under way until it ends, though its connection is closed', () => {
    const budget = budgetOf();
    const peer = () => budget.open('unknown', '192.0.2.1');
    const before = peer();
    const taken = fill(before, 100_000, 0);
    before.close();
    for (let i = 0; i < 100; i++) fill(peer(), 100_000, 0);
    expect(peer().take(100_000, 0), 'connecting again gives nothing back').toBe(false);
    before.release(taken * 100_000, 0);
    expect(peer().take(100_000, 0)).toBe(true);
  });

  it('forgets an address and a peer of which nothing is left', () => {
    const budget = budgetOf();
    const ledgers = ['192.0.2.1', '192.0.2.2', '192.0.2.1'].map((address) => budget.open('unknown', address));
    const server = budget.open('server', '10.0.0.1', 'fe2.contoso.example');
    server.take(1_000, 1);
    expect(budget.peers).toBe(3);
    for (const ledger of ledgers) ledger.close();
    expect(budget.peers).toBe(1);
    server.close();
    expect(budget.peers).toBe(1);
    server.release(1_000, 1);
    server.add(10, 1);
    server.release(10, 1);
    expect(budget.peers).toBe(0);
  });

  it('has room for one message of the greatest size of each kind, however low it is', () => {
    const budget = new MessageBudget({ maxBytes: 16 * mebibyte });
    for (const kind of ['partner', 'server'] as const)
      expect(budget.open(kind, '192.0.2.1', 'one').has(mebibyte + 200_000, 1), kind).toBe(true);
    const user = budget.open('unknown', '192.0.2.1');
    budget.prove(user, '192.0.2.1', 'alice@contoso.example');
    expect(user.has(mebibyte + 200_000, 1)).toBe(true);
  });
});

describe('the ceiling in bytes', () => {
  const byMemory = new MessageBudget().maxBytes;

  it('is a part of the memory that the process may use', () => {
    expect(byMemory).toBeGreaterThanOrEqual(16 * mebibyte);
    expect(byMemory).toBeLessThan(process.memoryUsage().heapTotal + 8_192 * mebibyte);
  });

  it('can be lowered and not raised', () => {
    expect(new MessageBudget({ maxBytes: 20 * mebibyte }).maxBytes).toBe(20 * mebibyte);
    expect(new MessageBudget({ maxBytes: Number.MAX_SAFE_INTEGER }).maxBytes).toBe(byMemory);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '64'])(
    'is refused where it is no number of bytes: %s',
    (value) => {
      expect(() => new MessageBudget({ maxBytes: value as number })).toThrow(
        expect.objectContaining({ code: 'ENTENTE_SIP_CEILING_INVALID' }),
      );
      expect(() => new MessageBudget({ maxTransactions: value as number })).toThrow(
        expect.objectContaining({ code: 'ENTENTE_SIP_CEILING_INVALID' }),
      );
    },
  );
});

describe('what a user has sent in dialogs', () => {
  const [alice, bob] = ['alice@contoso.example', 'bob@contoso.example'];
  /** @returns what the last one is told that a user sends over a new connection, which closes then */
  function send(budget: MessageBudget, user: string, count: number, now: number): number {
    const ledger = budget.open('unknown', '192.0.2.1');
    budget.prove(ledger, '192.0.2.1', user);
    let ms = 0;
    for (let i = 0; i < count; i++) ms = ledger.dialogsOf(true).take(now);
    ledger.close();
    return ms;
  }

  it('counts over the next connection as well, until there was time for it', () => {
    const budget = budgetOf();
    expect([send(budget, alice, 512, 1_000), budget.peers]).toEqual([0, 0]);
    expect([send(budget, alice, 1, 1_000), send(budget, bob, 1, 1_000)]).toEqual([100, 0]);
    expect([send(budget, alice, 0, 1_000), send(budget, alice, 1, 1_000)]).toEqual([0, 100]);
    expect(send(budget, alice, 512, 1_000 + (514 * 1_000) / 256)).toBe(0);
  });
});
