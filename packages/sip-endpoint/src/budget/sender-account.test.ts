import { describe, expect, it } from 'vitest';
import { MessageBudget } from './message-budget.ts';
import type { SenderAccount } from './sender-account.ts';

const mebibyte = 1_048_576;
const server = 'fe1.contoso.example';

/** The link of a server, which many share. */
function linkOf() {
  const budget = new MessageBudget({ maxBytes: 64 * mebibyte, maxTransactions: 8_000 });
  return { budget, link: budget.open('server', '10.0.0.1', server) };
}

/** Takes as much as one sender gets, a request at a time. */
function fill(open: () => SenderAccount, bytes: number): SenderAccount[] {
  const taken: SenderAccount[] = [];
  for (let account = open(); account.take(bytes, 2); account = open()) taken.push(account);
  return taken;
}

describe('those who share the room of a peer', () => {
  it('leave room for the next one, however many there are and whatever they take', () => {
    for (const bytes of [1_000, 200_000]) {
      const { link } = linkOf();
      for (let i = 0; i < 40; i++) fill(() => link.openFor(`user${i}@contoso.example`), bytes);
      expect(link.openFor('next@contoso.example').has(5_000, 2)).toBe(true);
    }
  });

  it('may take half of it where nobody else wants any', () => {
    const { link } = linkOf();
    const taken = fill(() => link.openFor('alice@contoso.example'), 1_000);
    expect(taken.length * 2).toBeGreaterThan(8_000 * (3 / 8) * (1 / 2) * (1 / 2));
  });

  it('are counted from when half of it is taken, and forgotten with their last request', () => {
    const { budget, link } = linkOf();
    const kind = budget.of('server');
    const first = fill(() => link.openFor('alice@contoso.example'), 1_000);
    const others = ['bob', 'carol'].flatMap((name) => fill(() => link.openFor(name), 1_000));
    expect(others.length).toBeGreaterThan(2);
    expect(link.senders).toBe(3);
    for (const account of [...first, ...others].reverse()) account.release(1_000, 2);
    expect([kind.bytes, kind.transactions, link.senders]).toEqual([0, 0, 0]);
    link.close();
    expect(budget.peers).toBe(0);
  });

  it('take over what counts for all of them already', () => {
    const { link } = linkOf();
    fill(() => link.openFor('mallory@contoso.example'), 1_000);
    link.add(1_000, 1);
    const [late, next] = [link.openFor('mallory@contoso.example'), link.openFor('bob@contoso.example')];
    expect([late.takeOver(1_000, 1), next.takeOver(1_000, 1)]).toEqual([false, true]);
    expect(next.bytes).toBe(1_000);
  });

  it('have room once what is over goes before its time, and none of that goes for one who has too many transactions', () => {
    const { budget, link } = linkOf();
    let forgotten = 0;
    const bytes = 10_000;
    while (link.hasOfItsOwn(bytes)) {
      link.add(bytes, 0);
      link.forgettable.add({
        older: undefined,
        newer: undefined,
        forget() {
          forgotten++;
          link.release(bytes, 0);
        },
      });
    }
    expect(link.openFor('alice@contoso.example').take(5_000, 2)).toBe(true);
    link.add(5_000, 1);
    expect(link.openFor('bob@contoso.example').takeOver(5_000, 1)).toBe(true);
    expect(forgotten).toBeGreaterThan(0);
    expect(budget.of('server').bytes).toBeGreaterThan(bytes);

    const before = forgotten;
    const many = fill(() => link.openFor('mallory@contoso.example'), 1);
    expect(many.length).toBeGreaterThan(0);
    expect(forgotten).toBe(before);
  });
});
