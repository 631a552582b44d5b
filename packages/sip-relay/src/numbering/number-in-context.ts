import { normaliseNumber } from '@entente/sip-proxy';
import type { Topology } from '@entente/topology';
import { isNumberOfOurs } from './disguised-number.ts';
import { numberingOf } from './numbering-of.ts';

const phoneContext = /^\s*phone-context\s*=(.*)$/i;

/**
 * Whether a user part that says where its number counts (`phone-context`) is the number of a user of ours: telephones join the two. Without a context digits
 * are a name at the partner. A context that is a domain of ours has our rules; in any other domain the number counts there.
 * @param user - user part of the URI with its parameters, escapes undone
 * @param topology - in force
 * @param isNumberOfUser - whether a user of ours has a global number
 * @see RFC 3966 §5.1.5, RFC 3261 §19.1.6
 */
export function isOursInContext(
  user: string,
  topology: Topology,
  isNumberOfUser: (number: string) => boolean,
): boolean {
  const [written = '', ...parameters] = user.normalize('NFKC').split(';');
  if (/[A-Za-z]/.test(written)) return false;
  const digits = written.replace(/[^0-9]/g, '');
  return parameters.some((parameter) => {
    const value = phoneContext.exec(parameter)?.[1]?.trim();
    if (value === undefined) return false;
    const number = value.includes('+')
      ? `+${value.replace(/[^0-9]/g, '')}${digits}`
      : numberIn(value.toLowerCase().replace(/\.$/, ''), digits, topology);
    return number !== undefined && isNumberOfOurs(number, isNumberOfUser);
  });
}

function numberIn(context: string, digits: string, topology: Topology): string | undefined {
  const found = normaliseNumber({ digits, context }, numberingOf(topology));
  return found.ok ? found.number : undefined;
}
