/** What no shell takes for anything but itself, wherever in a word it is. */
const plain = /^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u;

/**
 * A path or a name as one word of a command that people paste into a shell.
 * @param text - any text
 * @returns the text itself where a POSIX shell takes it as it is, otherwise in single quotes
 */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
