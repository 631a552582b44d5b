import { normaliseNumber } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';
import { numberingOf } from './numbering-of.ts';
import { isLongName, looksGlobal, mostOfName } from './too-long-for-number.ts';

/** Country codes of one and two digits (ITU-T E.164, list of assigned codes); all others have three. */
const countryCode = /^\+(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})/;

/**
 * Whether a user of ours has a number, or has it with the 0 left out that is dialled inside a country: people write `+49 (0) 30 1001`, and telephones
 * take it for `+49301001`.
 * @param number - global
 * @param isNumberOfUser - whether a user has exactly that number
 */
export function isNumberOfOurs(number: string, isNumberOfUser: (number: string) => boolean): boolean {
  if (isNumberOfUser(number)) return true;
  const code = countryCode.exec(number)?.[0] ?? number;
  return number[code.length] === '0' && isNumberOfUser(code + number.slice(code.length + 1));
}

/**
 * Whether the name that a partner gives its user looks like a number, and of whom. What begins with `+` must be a global number that can be read and
 * compared: in other characters it looks like one to people, and to telephones that pass over them. Without `+` a number counts at the partner, unless
 * it is that of a user of ours with the `+` left out, or written as 00, or as our users dial it. What is longer than numbers are is a name, or not read.
 * @param name - user part of the URI without its parameters, escapes undone
 * @param topology - in force
 * @param isNumberOfUser - whether a user of ours has a global number
 * @returns undefined where it is a name, or a number of others
 * @see RFC 3966 §3, §5.1.1
 */
export function readAsNumber(
  name: string,
  topology: Topology,
  isNumberOfUser: (number: string) => boolean,
): 'ours' | 'unreadable' | undefined {
  if (name.length > mostOfName) return isLongName(name) ? undefined : 'unreadable';
  const text = name.normalize('NFKC');
  if (looksGlobal(text)) {
    const digits = name.replace(/[-.()]/g, '');
    const found = /^\+[0-9]+$/.test(digits) ? normaliseNumber({ digits }, numberingOf(topology)) : undefined;
    if (found?.ok !== true) return 'unreadable';
    return isNumberOfOurs(found.number, isNumberOfUser) ? 'ours' : undefined;
  }
  if (/[A-Za-z]/.test(text)) return undefined;
  const digits = text.replace(/[^0-9]/g, '');
  const isOurs = [digits, ...withoutExit(digits, topology)].some((one) =>
    isNumberOfOurs(`+${one}`, isNumberOfUser),
  );
  if (isOurs) return 'ours';
  // Digits of another script, and no name around them.
  return /(?![0-9])\p{Nd}/u.test(text) && !/\p{L}/u.test(text) ? 'unreadable' : undefined;
}

/** What is dialled in place of the `+` is 00 in most countries; where it is not, a rule makes a `+` of it. */
function withoutExit(digits: string, { telephony }: Topology): readonly string[] {
  const dialled = telephony.rules.filter(
    ({ context, prefix, prepend }) => context === undefined && prepend === '+' && digits.startsWith(prefix),
  );
  return [digits.replace(/^00/, ''), ...dialled.map(({ strip = 0 }) => digits.slice(Math.max(0, strip)))];
}
