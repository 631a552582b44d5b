import { type AccountAddress, parseAccountAddress, type Verifiers, verifiersOf } from '@entente/accounts';
import { OperatorFault } from '@entente/host';
import type { DigestAlgorithm } from '@entente/sip';
import { shellWord } from '@entente/trust';
import type { AuthorityCommand } from '../authority/send-command.ts';

/**
 * Reads the address of a user from an argument.
 * @param text - with or without scheme
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function readAddress(text: string): AccountAddress {
  const parsed = parseAccountAddress(text);
  if (parsed.ok) return parsed.value;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: parsed.refusal.message,
    place: 'argument <address>',
    remedy: parsed.refusal.remedy,
  });
}

/**
 * The command that changes one thing of an account.
 * @param address - canonical
 * @param change - `verifiers`, `state`, `home`, `number` or `remove`
 */
export function changeCommand(address: string, change: object): AuthorityCommand {
  return {
    path: '/accounts/change',
    mediaType: 'application/json',
    body: JSON.stringify({ address, ...change }),
  };
}

/**
 * What the authority gets of a password.
 * @param address - canonical
 * @param password - stays here
 * @param algorithm - of the digest
 */
export function digestsOf(address: string, password: string, algorithm: DigestAlgorithm): Verifiers {
  return verifiersOf(address, password, [algorithm]) ?? {};
}

/**
 * What to do where the answer with a password that was made up here is lost.
 * @param address - whose it is
 */
export function lostPassword(address: string): string {
  return `${address} has a password now that nobody has seen: entente user passwd ${shellWord(address)} --generate gives another one`;
}

/** What every front end does once an account has changed. */
export const inForceSoon =
  'every front end that is connected to the authority has it in force within a second';
