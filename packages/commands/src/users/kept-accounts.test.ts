import { formatFeedPage } from '@entente/accounts/feed';
import { describe, expect, it } from 'vitest';
import { readKeptAccounts } from './kept-accounts.ts';

const position = { epoch: 'before', version: 7, begun: 0 };
const page = (user: string): string => {
  const address = `${user}@contoso.example`;
  const account = {
    address,
    verifiers: { 'SHA-256': 'a1'.repeat(32) },
    state: 'enabled',
    rights: [],
  } as const;
  return formatFeedPage({ view: 'verifiers', position, more: false, changes: [{ address, account }] });
};

async function* inPieces(text: string, length: number): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += length) yield text.slice(start, start + length);
}

describe('accounts that a front end has kept, in pieces', () => {
  it('are those of the lines that have an end, wherever the text is cut', async () => {
    const text = `${page('alice')}\n${page('z%C3%B6e')}\n${page('bob').slice(0, -5)}`;
    for (const length of [1, 7, 100, text.length]) {
      const { accounts, refusedCount } = await readKeptAccounts(inPieces(text, length));
      expect(accounts.map(({ account, line }) => [line, account.address])).toEqual([
        [1, 'alice@contoso.example'],
        [2, 'z%C3%B6e@contoso.example'],
      ]);
      expect(refusedCount).toBe(0);
    }
  });

  it('are refused where a line is something else, or has no end for longer than a server reads', async () => {
    const fault = { code: 'ENTENTE_USERS_INVALID', remedy: expect.stringContaining('accounts.jsonl') };
    await expect(readKeptAccounts(inPieces(`${page('alice')}\n{}\n`, 10))).rejects.toMatchObject(fault);
    let pieces = 0;
    async function* long(): AsyncGenerator<string> {
      const piece = ' '.repeat(8_388_608);
      while (pieces < 20) {
        pieces++;
        yield piece;
      }
    }
    await expect(readKeptAccounts(long())).rejects.toMatchObject(fault);
    expect(pieces, 'no more is read').toBeLessThan(10);
  });
});
