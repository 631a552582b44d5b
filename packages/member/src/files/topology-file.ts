import {
  decodeSignedTopology,
  type Topology,
  type TopologyDocument,
  verifyTopology,
} from '@entente/topology';
import { MemberFault } from './fault.ts';
import type { MemberFiles } from './member-files.ts';

/**
 * The last good topology of an earlier run. It was verified when it came; it is verified once more against its own
 * administrators, which finds damage.
 * @returns `undefined` where there is none
 * @throws {MemberFault} `ENTENTE_MEMBER_DAMAGED`
 */
export async function restoreTopology(files: MemberFiles): Promise<Topology | undefined> {
  const text = await files.read('topology');
  if (text === undefined) return undefined;
  const decoded = decodeSignedTopology(text);
  if (decoded.ok) {
    const document = decoded.document as TopologyDocument;
    const issued = Date.parse(document.issued);
    // The document's own time: that it has become stale since is for the authority's news to say.
    const result = verifyTopology(text, { known: { document }, now: issued });
    if (result.accepted) return result.topology;
  }
  throw new MemberFault('ENTENTE_MEMBER_DAMAGED', {
    sentence: 'the topology kept from an earlier run does not verify',
    place: files.path('topology'),
    remedy: 'delete the file; the topology is fetched again',
  });
}
