import { hostName } from './host-name.ts';

/** A mailbox; the local part is compared as it stands, the host in comparison form. */
export interface MailAddress {
  readonly local: string;
  readonly host: string;
}

/**
 * Reads an rfc822Name.
 *
 * @returns the mailbox, or undefined where the text is not one
 * @see RFC 5280 §4.2.1.6
 */
export function mailAddress(text: string): MailAddress | undefined {
  const at = text.startsWith('"') ? closingQuote(text) + 1 : text.indexOf('@');
  if (at <= 0 || text[at] !== '@') return undefined;
  const host = hostName(text.slice(at + 1));
  return host === undefined ? undefined : { local: text.slice(0, at), host };
}

function closingQuote(text: string): number {
  for (let index = 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '"') return index;
  }
  return -1;
}
