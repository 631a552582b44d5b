/**
 * Whether a text is a server's name in the form of a topology: lower case, at least two labels of letters, digits and
 * inner hyphens, no wildcard, no trailing dot, and no IPv4 address in any notation: every resolver takes a name for one whose
 * last label is a number, decimal or hexadecimal (`10.0.0.1`, `0x7f.1`, `fe01.0x0a`).
 * @param text - anything
 */
export function isHostName(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  let labels = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && text.charCodeAt(at) !== 0x2e) {
      if (!isLabelCharacter(text.charCodeAt(at))) return false;
      continue;
    }
    const length = at - start;
    if (length === 0 || length > 63 || text[start] === '-' || text[at - 1] === '-') return false;
    labels++;
    if (at < text.length) start = at + 1;
  }
  return labels > 1 && !isNumber(text, start);
}

/** Whether the label from `start` on is a number: digits, or `0x` and hexadecimal digits, even none. */
function isNumber(text: string, start: number): boolean {
  const hexadecimal = text.startsWith('0x', start);
  for (let at = hexadecimal ? start + 2 : start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && !(hexadecimal && code >= 0x61 && code <= 0x66)) return false;
  }
  return true;
}

function isLabelCharacter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
}
