import type { ReadAccount } from '@entente/accounts/import';
import { OperatorFault } from '@entente/host';
import { describe, expect, it } from 'vitest';
import type { AuthorityConnection } from '../authority/connect-authority.ts';
import { sendAccounts } from './send-accounts.ts';

const account = (line: number, name: string, number?: string): ReadAccount => ({
  line,
  account: {
    address: `${name}@contoso.example`,
    verifiers: {},
    state: 'enabled',
    rights: [],
    ...(number === undefined ? {} : { number }),
  },
});

/** An authority at which alice has a number, as its orders are answered. */
function authority() {
  const numbers = new Map([['alice@contoso.example', '+4930123456']]);
  const orders: number[] = [];
  const send: AuthorityConnection['send'] = async (_path, _type, body) => {
    const { accounts } = JSON.parse(String(body)) as { accounts: ReadAccount['account'][] };
    orders.push(accounts.length);
    const owners = new Map([...numbers].map(([address, number]) => [number, address]));
    const refused = accounts.flatMap(({ address, number }, index) => {
      const other = number === undefined ? undefined : owners.get(number);
      if (other === undefined || other === address) return [];
      return [{ index, reason: 'number-taken', message: `${other} has it`, remedy: 'take it away' }];
    });
    const taken = new Set(refused.map(({ index }) => index));
    for (const [index, { address, number }] of accounts.entries()) {
      if (taken.has(index)) continue;
      numbers.delete(address);
      if (number !== undefined) numbers.set(address, number);
    }
    return { ok: true, answer: { replaced: accounts.length - refused.length, refused } };
  };
  return { numbers, orders, send };
}

describe('the accounts of a file', () => {
  const moved = [account(2, 'carol', '+4930123456'), account(3, 'alice')];

  it('may move a number from one user to another, whichever of them comes first', async () => {
    const { numbers, orders, send } = authority();
    const told: number[] = [];
    const sent = await sendAccounts({ send }, moved, 'replace', (done) => told.push(done));
    expect(sent).toMatchObject({ replaced: 2, refused: [] });
    expect([...numbers]).toEqual([['carol@contoso.example', '+4930123456']]);
    expect({ orders, told }).toEqual({ orders: [2, 1], told: [2, 2] });
  });

  it('are refused with their line where the number stays with the other user', async () => {
    const { orders, send } = authority();
    const accounts = [account(2, 'carol', '+4930123456'), account(3, 'bob')];
    const sent = await sendAccounts({ send }, accounts, 'replace', () => undefined);
    expect(sent).toMatchObject({ replaced: 1, refused: [{ line: 2, reason: 'number-taken' }] });
    expect(orders).toEqual([2, 1]);
  });

  it('are sent again together where those of several orders swap their numbers', async () => {
    const others = Array.from({ length: 499 }, (_, index) => account(index + 3, `user${index}`));
    const swapped = [account(2, 'carol', '+4930123456'), ...others, account(502, 'alice', '+4930777')];
    const sent: (readonly string[])[] = [];
    const send: AuthorityConnection['send'] = async (_path, _type, body) => {
      const { accounts } = JSON.parse(String(body)) as { accounts: ReadAccount['account'][] };
      sent.push(accounts.flatMap(({ address, number }) => (number === undefined ? [] : [address])));
      const hasBoth = sent.at(-1)!.length === 2;
      const refused = accounts.flatMap(({ number }, index) =>
        number === undefined || hasBoth ? [] : [{ index, reason: 'number-taken', message: '', remedy: '' }],
      );
      return { ok: true, answer: { unchanged: accounts.length - refused.length, refused } };
    };
    expect((await sendAccounts({ send }, swapped, 'replace', () => undefined)).refused).toEqual([]);
    expect(sent).toEqual([
      ['carol@contoso.example'],
      ['alice@contoso.example'],
      ['carol@contoso.example', 'alice@contoso.example'],
    ]);
  });

  it('are sent once where nobody is replaced', async () => {
    const { orders, send } = authority();
    const sent = await sendAccounts({ send }, moved, 'refuse', () => undefined);
    expect(sent.refused).toMatchObject([{ line: 2 }]);
    expect(orders).toEqual([2]);
  });

  it('are counted where the authority ends in between: no more is sent, and the same command goes on later', async () => {
    const accounts = Array.from({ length: 3000 }, (_, line) => account(line + 2, `user${line}`));
    const given = async (code: string) => {
      const ended = new OperatorFault(code, { sentence: 'it ended', place: 'ca', remedy: 'start it' });
      let orders = 0;
      let answer = (): void => {};
      const send: AuthorityConnection['send'] = async () => {
        orders += 1;
        if (orders > 1) {
          setImmediate(() => answer());
          throw ended;
        }
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return { ok: true, answer: { added: 500 } };
      };
      const fault = await sendAccounts({ send }, accounts, 'refuse', () => undefined).catch((error) => error);
      return { fault, orders };
    };
    const again = 'then run the same command again: it goes on with those that are missing';
    const message = 'it ended; before that, the authority answered for 500 of 3000 users';
    expect(await given('ENTENTE_AUTHORITY_UNREACHABLE')).toMatchObject({
      fault: { code: 'ENTENTE_AUTHORITY_UNREACHABLE', message, place: 'ca', remedy: `start it, ${again}` },
      orders: 4,
    });
    // Its remedy is to look what has been done: here the command does.
    expect((await given('ENTENTE_AUTHORITY_UNANSWERED')).fault).toMatchObject({
      message,
      remedy: `see that the authority runs, ${again}`,
    });
  });
});
