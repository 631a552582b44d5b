import { KnownAccounts, parseFeedPage } from '@entente/accounts/feed';
import { type AccountsRead, LinesOfPieces } from '@entente/accounts/import';
import { OperatorFault } from '@entente/host';

/** Characters of a line at most: a server that keeps accounts reads no longer ones either. */
const maxLineLength = 67_108_864;

/**
 * Reads the accounts that a server has kept for a start without its authority: where the authority is lost, they are the last copy. The file may
 * be longer than a string can be.
 * @param pieces - of `accounts.jsonl` in the folder of a front end; a last line that was cut short is left out
 * @throws OperatorFault `ENTENTE_USERS_INVALID`; what reading the pieces throws
 */
export async function readKeptAccounts(pieces: AsyncIterable<string>): Promise<AccountsRead> {
  const known = new KnownAccounts();
  const lines = new LinesOfPieces(maxLineLength);
  for await (const piece of pieces) {
    for (const { text } of lines.add(piece)) {
      const page = text.length > maxLineLength ? undefined : parseFeedPage(text);
      if (page?.view !== 'verifiers') throw notKept();
      known.apply(page.changes);
    }
    if (lines.isTooLong) throw notKept();
  }
  const accounts = [...known.all()].map(({ account }, index) => ({ line: index + 1, account }));
  return { accounts, refused: [], refusedCount: 0 };
}

function notKept(): OperatorFault {
  return new OperatorFault('ENTENTE_USERS_INVALID', {
    sentence: 'expected the accounts that a front end has kept, found something else',
    place: 'argument <file>',
    remedy: 'name accounts.jsonl in the folder of a front end, or of another front end',
  });
}
