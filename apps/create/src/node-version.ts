/** The oldest Node that the packages run on; `engines` of every package.json says the same. */
const oldest = [20, 19] as const;

/**
 * Says whether this Node is too old for the packages.
 * @param version - `process.versions.node`, e.g. `18.20.4`
 * @returns a sentence with the remedy; undefined where it is new enough
 */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `expected Node ${oldest.join('.')} or later, found ${version}; install a newer Node, and run the command again`;
}
