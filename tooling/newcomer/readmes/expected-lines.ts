/**
 * What a program must print, by its comments: `console.log(…); // text`. A comment may go on where the line has ended, and `…` stands for a
 * rest that is not said.
 *
 * @param code - of the program
 */
export function saidInComments(code: string): readonly string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm)].map(([, comment = '']) => comment);
}

/**
 * Comments that nothing printed fits.
 *
 * @param code - of the program
 * @param printed - its output
 */
export function notPrinted(code: string, printed: string): readonly string[] {
  const lines = printed.split('\n').filter((line) => line !== '');
  return saidInComments(code).filter((comment) => {
    const [start = ''] = comment.split('…');
    return !lines.some((line) =>
      start === comment ? comment.startsWith(line) : line.startsWith(start.trimEnd()),
    );
  });
}
