const openings: ReadonlySet<string> = new Set(['{', '[']);
const closings: ReadonlySet<string> = new Set(['}', ']']);
const formatField = '"format":"';
/** Levels; the verifier reads no more. */
const maxDepth = 16;
const maxFormatLength = 64;

/**
 * The format that a signed topology says it has. Nothing is built to find it: the verifier counts levels and values before it builds anything, and
 * this comes first.
 * @param text - hostile; only what is in canonical form is accepted later
 * @returns undefined where it says none: then the verifier refuses it
 */
export function topologyFormatOf(text: string): string | undefined {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= maxDepth; at++) {
    const character = text.charAt(at);
    if (openings.has(character)) depth += 1;
    else if (closings.has(character)) depth -= 1;
    else if (character === '"') {
      const end = endOfString(text, at);
      // The fields of `document` are at the second level, and no signature is.
      if (depth === 2 && text.startsWith(formatField, at)) {
        const begin = at + formatField.length;
        return text.slice(begin, Math.min(endOfString(text, begin - 1), begin + maxFormatLength));
      }
      at = end;
    }
  }
  return undefined;
}

/** The offset of the quote that ends a string, or of the end of the text. */
function endOfString(text: string, begin: number): number {
  for (let at = text.indexOf('"', begin + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charAt(first - 1) === '\\') first -= 1;
    if ((at - first) % 2 === 0) return at;
  }
  return text.length;
}
