import { parseAccountAddress } from '@entente/accounts';
import { shellWord } from '@entente/trust';
import type { AuthorityConnection } from '../authority/connect-authority.ts';
import { counted } from '../topology/answer.ts';
import { type FoundAccounts, listAccounts } from './listed-accounts.ts';

/** A user, and others whose addresses differ from it in case alone. */
export interface DiffersInCase {
  readonly address: string;
  /** In the order of the accounts at the authority; those of the same file last. */
  readonly others: readonly string[];
}

/** No network has more accounts than are compared. */
const mostAccounts = 1_000_000;

/**
 * Looks for users whose address differs in case alone from one that is about to be added (RFC 3261 §19.1.4: they are different
 * users). The authority finds accounts by their exact address, so the usual spellings are tried: `alice.long`, `ALICE.LONG`,
 * `Alice.long` and `Alice.Long`.
 * @param connection - of an administrator
 * @param address - canonical
 */
export async function usersInOtherCase(
  connection: Pick<AuthorityConnection, 'get'>,
  address: string,
): Promise<FoundAccounts> {
  const found = await Promise.all(
    usualSpellings(address).map((spelled) => listAccounts(connection, { address: spelled }, 1)),
  );
  const refused = found.find(({ ok }) => !ok);
  if (refused !== undefined) return refused;
  return { ok: true, accounts: found.flatMap((one) => (one.ok ? one.accounts : [])) };
}

/**
 * Looks for users of a file whose address differs in case alone from that of another one, in the file or at the authority.
 * @param connection - of an administrator
 * @param addresses - canonical, of the file
 */
export async function fileInOtherCase(
  connection: Pick<AuthorityConnection, 'get'>,
  addresses: readonly string[],
): Promise<
  Exclude<FoundAccounts, { ok: true }> | { readonly ok: true; readonly found: readonly DiffersInCase[] }
> {
  const spellings = new Map(addresses.map((address) => [address.toLowerCase(), new Set<string>()]));
  const known = await listAccounts(connection, {}, mostAccounts);
  if (!known.ok) return known;
  for (const { address } of known.accounts) spellings.get(address.toLowerCase())?.add(address);
  for (const address of addresses) spellings.get(address.toLowerCase())?.add(address);
  const found = addresses.map((address) => ({
    address,
    others: [...(spellings.get(address.toLowerCase()) ?? [])].filter((other) => other !== address),
  }));
  return { ok: true, found: found.filter(({ others }) => others.length > 0) };
}

/**
 * What to say of a user who was added beside others.
 * @param user - with the others
 */
export function inOtherCase({ address, others }: DiffersInCase): {
  readonly lines: readonly string[];
  readonly next: readonly string[];
} {
  if (others.length === 0) return { lines: [], next: [] };
  return {
    lines: [
      `warning: ${address} and ${others.join(', ')} differ in case alone, and are different users, each with a password of its own`,
    ],
    next: [`if ${address} is a slip: entente user remove ${shellWord(address)}`],
  };
}

/**
 * What to say of users of a file who were added beside others.
 * @param found - all of them
 * @param most - users that are named
 */
export function fileLinesInOtherCase(found: readonly DiffersInCase[], most: number): readonly string[] {
  if (found.length === 0) return [];
  const have =
    found.length === 1
      ? 'user of the file has an address that differs'
      : 'users of the file have addresses that differ';
  return [
    `warning: ${found.length} ${have} in case alone from that of another user, and they are different users:`,
    ...found.slice(0, most).map(({ address, others }) => `  ${address} beside ${others.join(', ')}`),
    ...(found.length > most ? [`  and ${counted(found.length - most, 'user')} more`] : []),
  ];
}

function usualSpellings(address: string): readonly string[] {
  const at = address.lastIndexOf('@');
  const [user, domain] = [address.slice(0, at), address.slice(at)];
  const lower = user.toLowerCase();
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  const spelled = [lower.toUpperCase(), capital(lower), lower.replaceAll(/[a-z]+/g, capital), lower].map(
    (text) => {
      const parsed = parseAccountAddress(`${text}${domain}`);
      return parsed.ok ? parsed.value.address : address;
    },
  );
  return [...new Set(spelled)].filter((one) => one !== address);
}
