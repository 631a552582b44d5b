/**
 * Whether a text is a DNS name of at least two labels, in lower case: the form in which names are compared.
 * @param text - of any length
 * @see RFC 1123 §2.1
 */
export function isDomainName(text: string): boolean {
  if (text.length > 253) return false;
  const labels = text.split('.');
  // A name whose last label is a number would be read as an IPv4 address.
  if (labels.length < 2 || /^[0-9]+$/.test(labels.at(-1) as string)) return false;
  return labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
}
