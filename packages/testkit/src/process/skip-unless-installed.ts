/**
 * Skips a test, with the reason, where something is not on this machine. Where `CI` is `true` the test fails instead:
 * a check that is skipped there is made nowhere.
 * @param test - the context of the test
 * @param missing - what is not there, as a sentence without its end: `faketime is not installed`; undefined when all is there
 * @throws Error in CI, with what is missing
 */
export function needs(test: { skip(note: string): never }, missing: string | undefined): void {
  if (missing === undefined) return;
  if (process.env.CI === 'true') throw new Error(`${missing}: install it, no test is skipped in CI`);
  test.skip(missing);
}
