/**
 * Gives a text the line ends of the file that it replaces, so that an edit changes no line that it does not mean to.
 * @param text - with any line ends
 * @param before - the file as it was; its first line end counts for all
 */
export function withLineEndsOf(before: string, text: string): string {
  return text.replaceAll(/\r?\n/g, /^[^\n]*\r\n/.test(before) ? '\r\n' : '\n');
}
