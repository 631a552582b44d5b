/** A pure package whose sources an engine changes, a place at a time, to see whether its tests notice. */
export interface MutatedPackage {
  /** Its folder below `packages/`. */
  readonly name: string;
  /** Tests that are too dear to be run for each mutant; what they find is found without them too, or counts as not noticed. */
  readonly without: readonly string[];
}

export const mutatedPackages: readonly MutatedPackage[] = [
  { name: 'x509', without: [] },
  { name: 'trust', without: [] },
  // 7 seconds of random usages of all machines.
  { name: 'sip', without: ['test/machines/random-usages.test.ts'] },
  { name: 'topology', without: [] },
  { name: 'sip-proxy', without: [] },
  { name: 'accounts', without: [] },
  { name: 'federation', without: [] },
];
