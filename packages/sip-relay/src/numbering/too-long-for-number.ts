/** `+` and a digit, with nothing before them or between them that is a letter; letters and digits of any script. */
const beginsGlobal = /^[^\p{L}\p{Nd}+]*\+[^\p{L}\p{Nd}]*\p{Nd}/u;

/** Characters of a name that are looked at: E.164 has 15 digits (§6.1), and these leave room for what people write between them. */
export const mostOfName = 64;

/**
 * Whether a text looks like a global number.
 * @param text - in plain characters (NFKC)
 */
export function looksGlobal(text: string): boolean {
  return beginsGlobal.test(text);
}

/**
 * Whether what is longer than numbers are is a name all the same: a letter stands near its beginning, and no global number before that. In anything else
 * a number could be hidden behind what telephones do not show, and all of it would have to be read to find that out, at the cost of this server.
 * @param user - user part of a URI, escapes undone; its parameters are not part of the name
 */
export function isLongName(user: string): boolean {
  // NFKC makes up to 18 characters of one.
  const [beginning = ''] = user.slice(0, mostOfName).normalize('NFKC').split(';');
  return /[A-Za-z]/.test(beginning) && !looksGlobal(beginning);
}
