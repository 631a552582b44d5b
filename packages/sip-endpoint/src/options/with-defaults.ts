/**
 * Options over their defaults: one that is undefined, as callers write where they have none, is the default one. A bound that is undefined would bound nothing.
 *
 * @param defaults - one for each option
 * @param given - some of them
 */
export function withDefaults<T extends object>(defaults: T, given: Partial<T> | undefined): T {
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(set) as Partial<T>) };
}
