import { checkShape, decodeSignedTopology, type Topology, verifyTopology } from '@entente/topology';
import { MemberFault } from './fault.ts';
import type { MemberFiles } from './member-files.ts';

/** The signed topology in force, kept for the next run. */
export class TopologyFile {
  readonly #files: Pick<MemberFiles, 'path' | 'read' | 'write'>;
  #hash: string | undefined;

  constructor(files: Pick<MemberFiles, 'path' | 'read' | 'write'>) {
    this.#files = files;
  }

  /**
   * The last good topology of an earlier run. It was verified when it arrived; it is verified once more against its own
   * administrators, which finds damage.
   * @returns `undefined` where there is none
   * @throws MemberFault `ENTENTE_MEMBER_DAMAGED`
   */
  async restore(): Promise<Topology | undefined> {
    const text = await this.#files.read('topology');
    if (text === undefined) return undefined;
    const topology = verifyAlone(text);
    if (topology === undefined) {
      throw new MemberFault('ENTENTE_MEMBER_DAMAGED', {
        sentence: 'the topology kept from an earlier run does not verify',
        place: this.#files.path('topology'),
        remedy: 'delete the file; the topology is fetched again',
      });
    }
    this.#hash = topology.hash;
    return topology;
  }

  /**
   * Writes a topology, unless the file holds it already.
   * @param topology - verified
   * @param text - as it was signed
   */
  async keep({ hash }: Topology, text: string): Promise<void> {
    if (this.#hash === hash) return;
    await this.#files.write('topology', text);
    this.#hash = hash;
  }
}

function verifyAlone(text: string): Topology | undefined {
  const decoded = decodeSignedTopology(text);
  const shape = decoded.ok ? checkShape(decoded.document) : undefined;
  if (!decoded.ok || shape?.ok !== true) return undefined;
  const { document } = shape;
  // Judged at the document's own time: whether it has expired since is for the authority's news to say. What a later release refuses in
  // it was in force here, and the next version can but follow it.
  const now = Date.parse(document.issued);
  const signed = { document, signatures: decoded.signatures };
  const result = verifyTopology(signed, { known: { document }, now, stored: true });
  return result.accepted ? result.topology : undefined;
}
