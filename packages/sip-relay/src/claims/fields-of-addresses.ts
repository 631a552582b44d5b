import { parseNameAddr } from '@entente/sip';

/** What a transfer with a question before it says in Refer-To: which call the new one takes the place of, and that it must be understood. */
const ofTransfers = /^(?:Replaces|Require)=/i;
/** What stands before, in and behind the part of an address that begins with a question mark. */
const inBrackets = /^(.*<[^<>?]*)\?([^<>]*)(>[^<>]*)$/;

/**
 * An address without the header fields in it: a telephone writes them into the request that it sends there, as a user of ours who says them.
 * @param value - of Contact
 * @returns undefined where it cannot be read and may have some
 * @see RFC 3261 §19.1.1, §19.1.5
 */
export const withoutFieldsInIt = (value: string): string | undefined => keepFields(value, () => false);

/**
 * The same of Refer-To, in which those of a transfer stay.
 * @param value - of Refer-To
 * @see RFC 3515 §2.1, RFC 3891 §3, RFC 5589 §7
 */
export const transferOnly = (value: string): string | undefined =>
  keepFields(value, (field) => ofTransfers.test(field) && !/%0[ad]/i.test(field));

/** Fields with characters that should be escaped are read as well: telephones write the `@` of a Call-ID as it is. */
function keepFields(value: string, mayStay: (field: string) => boolean): string | undefined {
  if (!value.includes('?')) return value;
  const [, before = value, fields, behind = ''] = inBrackets.exec(value) ?? [];
  const parsed = parseNameAddr(before + behind);
  if (!parsed.ok) return undefined;
  const { uri } = parsed.value;
  if (uri.kind !== 'sip') return value;
  // What was cut off was in a parameter behind the address.
  if (uri.rawHeaders !== undefined) return undefined;
  const kept = fields?.split('&').filter(mayStay).join('&') ?? '';
  return before + (kept === '' ? '' : `?${kept}`) + behind;
}
