const maxName = 253;
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/**
 * Whether a text may be asked of DNS: letters, digits, hyphens and underscores in labels of 1 to 63, 253 characters in all. The root (`.`
 * of an SRV record, by which a service declares that it does not exist) is none.
 * @param text - a name, without a dot at its end
 * @see RFC 1035 §2.3.1, RFC 2782
 */
export function isDomainName(text: string): boolean {
  return text.length <= maxName && text.split('.').every((part) => label.test(part));
}
