import { normaliseNumber } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';
import { isNumberOfOurs } from './disguised-number.ts';
import { numberingOf } from './numbering-of.ts';
import { isLongName, mostOfName } from './too-long-for-number.ts';

const phoneContext = /^\s*phone-context\s*=(.*)$/i;

/** Characters of a user part in ASCII, its parameters included: they name trunks and domains. */
const mostOfUser = 256;

/**
 * Whether a user part that says where its number counts (`phone-context`) is the number of a user of ours: telephones join the two. Without a context digits
 * are a name at the partner. A context that is a domain of ours has our rules; in any other domain the number counts there. A number counts at one place:
 * one with two contexts is compared with none, and neither is what is longer than numbers and their parameters are.
 * @param user - user part of the URI with its parameters, escapes undone
 * @param topology - in force
 * @param isNumberOfUser - whether a user of ours has a global number
 * @returns undefined where it is a name, or a number of others
 * @see RFC 3966 §5.1.5, RFC 3261 §19.1.6
 */
export function readInContext(
  user: string,
  topology: Topology,
  isNumberOfUser: (number: string) => boolean,
): 'ours' | 'unreadable' | undefined {
  if (user.length > (isAscii(user) ? mostOfUser : mostOfName))
    return isLongName(user) ? undefined : 'unreadable';
  const [written = '', ...parameters] = user.normalize('NFKC').split(';');
  if (/[A-Za-z]/.test(written)) return undefined;
  const contexts = parameters.flatMap((parameter) => phoneContext.exec(parameter)?.[1]?.trim() ?? []);
  const [context] = contexts;
  if (context === undefined) return undefined;
  if (contexts.length > 1) return 'unreadable';
  const digits = written.replace(/[^0-9]/g, '');
  const number = context.includes('+')
    ? `+${context.replace(/[^0-9]/g, '')}${digits}`
    : numberIn(context.toLowerCase().replace(/\.$/, ''), digits, topology);
  return number !== undefined && isNumberOfOurs(number, isNumberOfUser) ? 'ours' : undefined;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

function numberIn(context: string, digits: string, topology: Topology): string | undefined {
  const found = normaliseNumber({ digits, context }, numberingOf(topology));
  return found.ok ? found.number : undefined;
}
