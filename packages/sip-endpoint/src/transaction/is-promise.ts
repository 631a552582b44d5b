/**
 * Whether a function of the application has yet to end: it has returned a promise, of whatever realm and library.
 * @param returned - by the function
 */
export function isLater(returned: unknown): returned is PromiseLike<unknown> {
  return (
    typeof returned === 'object' &&
    returned !== null &&
    typeof (returned as Partial<PromiseLike<unknown>>).then === 'function'
  );
}
