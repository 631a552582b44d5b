import {
  decodeSignedTopology,
  type TopologyKnowledge,
  type TopologyRefusal,
  type VerifyResult,
  verifyTopology,
} from '@entente/topology';

/** Versions fetched in a row by a member that was away. */
const mostVersionsBehind = 1_000;

/** What a member knows before: the topology in force, or the administrators that its join token names. */
export type Known = TopologyKnowledge['known'];

/** What the newest topology is verified with. */
export interface VerifyThroughOptions {
  readonly known: Known;
  /** The topology that the trust state names. */
  readonly latest?: TopologyKnowledge['latest'];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Fetches an earlier version.
   * @returns the signed text, or `undefined` where the version cannot be had
   */
  readonly fetchVersion: (version: number) => Promise<string | undefined>;
}

/**
 * Verifies the newest signed topology. A member that was away goes through the versions that it has missed, each signed by the
 * administrators of the one before it.
 * @param text - the newest signed topology, as the authority sent it
 * @param options - what is known, the time, and earlier versions
 * @returns the newest topology, or why it is refused
 */
export async function verifyThrough(text: string, options: VerifyThroughOptions): Promise<VerifyResult> {
  const { known } = options;
  const result = verifyTopology(text, { known, now: options.now(), ...latestOf(options) });
  if (result.accepted) return result;
  if ('document' in known && result.refusal.reason !== 'version-gap') return result;
  return (await verifyChainTo(text, options)) ?? result;
}

/** @returns what comes of the newest document after all before it, or `undefined` where a version cannot be had */
async function verifyChainTo(text: string, options: VerifyThroughOptions): Promise<VerifyResult | undefined> {
  const { fetchVersion, known, now } = options;
  const newest = versionOf(text);
  let last = 'document' in known ? known : undefined;
  const first = (last?.document.version ?? 0) + 1;
  if (newest === undefined || newest - first > mostVersionsBehind) return undefined;
  for (let version = first; version < newest; version++) {
    const earlier = await fetchVersion(version);
    if (earlier === undefined) return undefined;
    // It comes into force nowhere: who signed it counts, and not whether this release would still take what it says.
    const passed = verifyTopology(earlier, {
      known: last ?? known,
      now: now(),
      superseded: true,
      stored: true,
    });
    if (passed.accepted) last = { document: passed.topology.document };
    // The join token may name administrators that came later: the chain begins with their first document.
    else if (last !== undefined || passed.refusal.reason !== 'wrong-administrators')
      return refusedOnTheWay(passed.refusal, newest);
  }
  return last === undefined
    ? undefined
    : verifyTopology(text, { known: last, now: now(), ...latestOf(options) });
}

/** One whose form is not known stops the chain: whether its changes had the signatures that they need, this release cannot tell. */
function refusedOnTheWay(refusal: TopologyRefusal, newest: number): VerifyResult {
  if (refusal.reason !== 'malformed') return { accepted: false, refusal };
  const message = `${refusal.message.replace(/\.$/, '')}, and version ${newest} follows it.`;
  return { accepted: false, refusal: { ...refusal, message } };
}

function versionOf(text: string): number | undefined {
  const decoded = decodeSignedTopology(text);
  const version = decoded.ok ? (decoded.document as { version?: unknown } | null)?.version : undefined;
  return typeof version === 'number' && Number.isInteger(version) ? version : undefined;
}

function latestOf({ latest }: VerifyThroughOptions): Pick<TopologyKnowledge, 'latest'> {
  return latest === undefined ? {} : { latest };
}
