/**
 * Calls something as a caller without a compiler may.
 * @param call - what is expected to fail, at once or later
 * @returns what it threw, or was rejected with; undefined where it did not fail
 */
export async function faultOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (fault) {
    return fault;
  }
}
