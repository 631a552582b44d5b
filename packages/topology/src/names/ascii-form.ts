import { domainToASCII } from 'node:url';
import { isDomainName } from './domain-name.ts';

/** Whether a text has letters that DNS and addresses of users do not have as they are. */
export function isBeyondAscii(text: string): boolean {
  return !/^\p{ASCII}*$/u.test(text);
}

/**
 * How a name is written in DNS, e.g. `fe1.bücher.example` as `fe1.xn--bcher-kva.example` (RFC 5891).
 * @returns undefined where that is not a domain name either
 */
export function asciiForm(name: string): string | undefined {
  const written = domainToASCII(name);
  return isDomainName(written) ? written : undefined;
}
