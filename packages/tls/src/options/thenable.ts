/** Also a promise of another realm or of a library. */
export function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    typeof (answer as Readonly<Record<string, unknown>>).then === 'function'
  );
}
