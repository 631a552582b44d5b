/** The seed where nothing else says which, in CI: the same run every time. */
export const seedInCi = 1;

/** The largest seed, 2³¹ - 1: what every generator here takes. */
export const maxSeed = 0x7fffffff;

/**
 * The seed of everything random that tests and fuzzing draw: `ENTENTE_SEED`; without it a fixed one in CI, else a fresh
 * one.
 *
 * @param environment - variables `ENTENTE_SEED` and `CI`
 * @param draw - gives a fresh seed from 1 to {@link maxSeed}
 * @returns an integer from 1 to {@link maxSeed}
 * @throws RangeError where `ENTENTE_SEED` is set and is no such integer
 */
export function randomSeed(environment: Readonly<NodeJS.ProcessEnv>, draw: () => number): number {
  const { ENTENTE_SEED: given, CI: ci } = environment;
  if (given !== undefined && given !== '') {
    const seed = Number(given);
    if (/^\d+$/.test(given) && seed >= 1 && seed <= maxSeed) return seed;
    throw new RangeError(
      `ENTENTE_SEED is "${given}"; expected a whole number from 1 to ${maxSeed}, for example ENTENTE_SEED=7`,
    );
  }
  return ci === undefined || ci === '' || ci === 'false' ? draw() : seedInCi;
}
