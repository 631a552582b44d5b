import type { Account } from '@entente/accounts';
import { type AccountDirectory, createMemoryDirectory } from '@entente/accounts/directory';
import { describe, expect, it, vi } from 'vitest';
import { NumbersInUse, type RefuseNumber } from './numbers-in-use.ts';

const number = '+4930123456';

function account(name: string, given?: string): Account {
  const address = `${name}@contoso.example`;
  const base = { address, verifiers: {}, state: 'enabled', rights: [] } as const;
  return given === undefined ? base : { ...base, number: given };
}

async function stored(directory: AccountDirectory, ...accounts: readonly Account[]): Promise<void> {
  for (const one of accounts) expect(await directory.put(one, 'absent')).toMatchObject({ ok: true });
}

/** The reasons for accounts of one order. */
const judged = (...accounts: readonly Account[]) => {
  return async (refuse: RefuseNumber) => accounts.map((one) => refuse(one)?.reason ?? 'given');
};

describe('a telephone number', () => {
  it('is refused where another user has it, by name', async () => {
    const directory = createMemoryDirectory();
    await stored(directory, account('alice', number));
    const numbers = new NumbersInUse(directory);
    const problem = await numbers.alone(async (refuse) => refuse(account('carol', number)));
    expect(problem).toMatchObject({
      reason: 'number-taken',
      message: expect.stringContaining(`${number}, which alice@contoso.example has`),
      remedy: expect.stringContaining('entente user number alice@contoso.example --none'),
      status: 409,
    });
    expect(await numbers.alone(judged(account('alice', number), account('carol', '+4930999')))).toEqual([
      'given',
      'given',
    ]);
  });

  it('is refused to the second of two of one order, whatever else the order gives', async () => {
    const numbers = new NumbersInUse(createMemoryDirectory());
    const order = [
      account('alice', number),
      account('bob'),
      account('carol', number),
      account('alice', number),
    ];
    expect(await numbers.alone(judged(...order))).toEqual(['given', 'given', 'number-taken', 'given']);
    // Nothing was stored: the next order may give it.
    expect(await numbers.alone(judged(account('carol', number)))).toEqual(['given']);
  });

  it('is free once its user has another one, none, or is gone', async () => {
    const directory = createMemoryDirectory();
    await stored(
      directory,
      account('alice', number),
      account('bob', '+4930111'),
      account('erin', '+4930222'),
    );
    const numbers = new NumbersInUse(directory);
    const all = [account('x', number), account('y', '+4930111'), account('z', '+4930222')];
    expect(await numbers.alone(judged(...all))).toEqual(['number-taken', 'number-taken', 'number-taken']);
    await directory.put(account('alice', '+4930333'), 1);
    await directory.put(account('bob'), 2);
    await directory.remove('erin@contoso.example', 3);
    expect(await numbers.alone(judged(...all))).toEqual(['given', 'given', 'given']);
    expect(await numbers.alone(judged(account('x', '+4930333')))).toEqual(['number-taken']);
  });

  describe('in an order that replaces accounts', () => {
    const [one, two, three] = ['+4930111', '+4930222', '+4930333'];

    /** The reasons, and who gives a number up, where alice has the first number, bob the second and carol the third. */
    async function replaced(...order: readonly (Account | undefined)[]): Promise<unknown> {
      const directory = createMemoryDirectory();
      await stored(directory, account('alice', one), account('bob', two), account('carol', three));
      const { problems, givenUp } = await new NumbersInUse(directory).alone(async (_, replace) =>
        replace(order),
      );
      return [
        problems.map((problem) => problem?.reason ?? 'given'),
        givenUp.map((user) => user.split('@')[0]),
      ];
    }

    it('goes from one to the other where two swap, or three in a ring, and those give it up first', async () => {
      const swapped = [account('alice', two), account('bob', one)];
      expect(await replaced(...swapped)).toEqual([
        ['given', 'given'],
        ['alice', 'bob'],
      ]);
      const ring = [account('alice', two), account('bob', three), account('carol', one)];
      expect(await replaced(...ring)).toEqual([
        ['given', 'given', 'given'],
        ['alice', 'bob', 'carol'],
      ]);
    });

    it('is free whose user gets none, before or behind in the order, and is given up by nobody whose number nobody gets', async () => {
      expect(await replaced(account('dave', one), account('alice'), account('bob', '+4930999'))).toEqual([
        ['given', 'given', 'given'],
        ['alice'],
      ]);
    });

    it('is refused where its user keeps it, is refused another, is refused for something else or is in the order twice', async () => {
      expect(await replaced(account('dave', one), account('alice', one))).toEqual([
        ['number-taken', 'given'],
        [],
      ]);
      // carol keeps the third, so bob keeps the second, and alice the first.
      expect(await replaced(account('dave', one), account('alice', two), account('bob', three))).toEqual([
        ['number-taken', 'number-taken', 'number-taken'],
        [],
      ]);
      expect(await replaced(account('dave', one), undefined)).toEqual([['number-taken', 'given'], []]);
      expect(await replaced(account('dave', one), account('alice'), account('alice', one))).toEqual([
        ['number-taken', 'given', 'given'],
        [],
      ]);
    });

    it('is given to the first of two of them alone', async () => {
      const order = [account('dave', one), account('alice'), account('bob', one)];
      expect(await replaced(...order)).toEqual([['given', 'given', 'number-taken'], ['alice']]);
      // bob keeps the second, and so alice the first.
      const ring = [account('dave', one), account('alice', two), account('bob', one)];
      expect(await replaced(...ring)).toEqual([['number-taken', 'number-taken', 'number-taken'], []]);
    });
  });

  it('that two users have already is kept by both, whatever else is changed of them', async () => {
    const directory = createMemoryDirectory();
    await stored(directory, account('alice', number), account('carol', number));
    const numbers = new NumbersInUse(directory);
    const same = [account('alice', number), account('carol', number)];
    expect(await numbers.alone(judged(...same, account('dave', number)))).toEqual([
      'given',
      'given',
      'number-taken',
    ]);
  });

  it('that is none is refused by the directory, with its reason', async () => {
    const numbers = new NumbersInUse(createMemoryDirectory());
    expect(await numbers.alone(judged(account('alice', '030'), account('carol', '030')))).toEqual([
      'given',
      'given',
    ]);
  });

  it('of two orders at once is given to the first alone, also where one before them failed', async () => {
    const directory = createMemoryDirectory();
    const numbers = new NumbersInUse(directory);
    const failed = numbers.alone(async () => Promise.reject(new RangeError('the order failed')));
    const give = (one: Account) =>
      numbers.alone(async (refuse) => {
        const problem = refuse(one);
        if (problem === undefined) await stored(directory, one);
        return problem?.reason;
      });
    const both = Promise.all([give(account('alice', number)), give(account('carol', number))]);
    await expect(failed).rejects.toThrow('the order failed');
    expect(await both).toEqual([undefined, 'number-taken']);
  });

  it('is looked for in the whole feed, and from its beginning where the position is lost', async () => {
    const directory = createMemoryDirectory({ keptRemovals: 0 });
    const [first, last] = [account('alice', number), account('user1000', '+4930999')];
    const others = Array.from({ length: 1_000 }, (_, index) => account(`u${index}`));
    await stored(directory, first, ...others, last);
    const changes = vi.spyOn(directory, 'changes');
    const numbers = new NumbersInUse(directory);
    const order = [account('carol', number), account('dave', '+4930999')];
    expect(await numbers.alone(judged(...order))).toEqual(['number-taken', 'number-taken']);
    expect(changes).toHaveBeenCalledTimes(2);
    await directory.remove(first.address, 1);
    // The removal is forgotten: the feed says that it cannot go on.
    expect(await numbers.alone(judged(...order))).toEqual(['given', 'number-taken']);
  });
});
