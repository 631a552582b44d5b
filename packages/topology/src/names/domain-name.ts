/**
 * Whether a text is a domain name as this project writes it: two labels or more, lower case, letters, digits and inner hyphens
 * (internationalised names in their `xn--` form), at most 253 characters, no trailing dot.
 *
 * @see RFC 1123 §2.1
 */
export function isDomainName(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  const labels = text.split('.');
  if (labels.length < 2) return false;
  if (!labels.every(isLabel)) return false;
  // Many programs read a name whose last label is a number, decimal or hexadecimal, as an address.
  return !/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '');
}

function isLabel(label: string): boolean {
  if (label.length === 0 || label.length > 63) return false;
  for (let index = 0; index < label.length; index++) {
    const code = label.charCodeAt(index);
    const inner = index > 0 && index < label.length - 1;
    const letterOrDigit = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
    // Underscores are for service records, not for hosts.
    if (!letterOrDigit && !(inner && code === 0x2d)) return false;
  }
  return true;
}
