import type { Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import type { AuthorityClient } from '../authority/authority-client.ts';
import { MemberFault } from '../files/fault.ts';
import { verifyThrough } from '../follow/verify-through.ts';

/** What the first topology is verified with. */
export interface FirstTopologyOptions {
  readonly authority: Pick<AuthorityClient, 'topology' | 'topologyVersion' | 'url'>;
  /** Hash of the administrator set that the join token named. */
  readonly administratorsHash: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * Fetches the topology of a member that has none yet.
 * @param options - from where, and which administrators must have signed it
 * @returns the topology, and the text that was signed
 * @throws MemberFault `ENTENTE_MEMBER_TOPOLOGY`, `ENTENTE_MEMBER_UNREACHABLE`; TrustError, TlsFault
 */
export async function fetchFirstTopology(
  options: FirstTopologyOptions,
): Promise<{ readonly topology: Topology; readonly text: string }> {
  const { administratorsHash, authority, log, now } = options;
  const text = await fetchText(authority);
  const result = await verifyThrough(text, {
    known: { administratorSetHash: administratorsHash },
    now,
    fetchVersion: (version) => authority.topologyVersion(version),
  });
  if (result.accepted) return { topology: result.topology, text };
  const { message, reason, remedy } = result.refusal;
  log.warn({ event: 'topology-refused', reason, remedy, peer: authority.url }, message);
  throw new MemberFault('ENTENTE_MEMBER_TOPOLOGY', {
    sentence: `the topology of the authority is refused: ${message}`,
    place: authority.url,
    remedy,
  });
}

async function fetchText(authority: FirstTopologyOptions['authority']): Promise<string> {
  try {
    return await authority.topology();
  } catch (cause) {
    // A refusal by our own verdict keeps its code and its evidence.
    const { code, remedy } = cause as { code?: unknown; remedy?: unknown };
    if (typeof remedy === 'string' && code !== 'ENTENTE_MEMBER_ANSWER') throw cause;
    throw new MemberFault('ENTENTE_MEMBER_UNREACHABLE', {
      sentence: `the first topology cannot be fetched: ${(cause as Error).message}`,
      place: authority.url,
      remedy: 'publish a topology, and check that this server reaches the authority',
      cause,
    });
  }
}
