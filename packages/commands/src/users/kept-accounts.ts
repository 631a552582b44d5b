import { KnownAccounts, parseFeedPage } from '@entente/accounts/feed';
import type { AccountsRead } from '@entente/accounts/import';
import { OperatorFault } from '@entente/host';

/**
 * Reads the accounts that a server has kept for a start without its authority: where the authority is lost, they are the last copy.
 * @param text - of `accounts.jsonl` in the folder of a front end; a last line that was cut short is left out
 * @throws OperatorFault `ENTENTE_USERS_INVALID`
 */
export function readKeptAccounts(text: string): AccountsRead {
  const known = new KnownAccounts();
  for (const line of text.split('\n').slice(0, -1)) {
    const page = parseFeedPage(line);
    if (page?.view !== 'verifiers') {
      throw new OperatorFault('ENTENTE_USERS_INVALID', {
        sentence: 'expected the accounts that a front end has kept, found something else',
        place: 'argument <file>',
        remedy: 'name accounts.jsonl in the folder of a front end, or of another front end',
      });
    }
    known.apply(page.changes);
  }
  const accounts = [...known.all()].map(({ account }, index) => ({ line: index + 1, account }));
  return { accounts, refused: [], refusedCount: 0 };
}
