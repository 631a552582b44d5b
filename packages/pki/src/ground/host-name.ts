/**
 * Whether a text is a server's name in the form of a topology: lower case, at least two labels of letters, digits and
 * inner hyphens, no wildcard, no trailing dot.
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
    start = at + 1;
  }
  return labels > 1;
}

function isLabelCharacter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d;
}
