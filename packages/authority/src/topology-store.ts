import { PkiFault, type Problem } from '@entente/pki';
import {
  buildTopology,
  checkDocument,
  encodeSignedTopology,
  type Topology,
  type TopologyDocument,
  type TopologyKnowledge,
  type VerifyResult,
  verifyLink,
  verifyTopology,
} from '@entente/topology';
import type { TopologyVersions } from '@entente/topology/versions';
import { isNamed, removedAdministrators } from './administrators.ts';
import { KeptVersions } from './recent-versions.ts';

/** A topology in force, with the text that was signed. */
export interface CurrentTopology {
  /** The newest version, verified and indexed. */
  readonly topology: Topology;
  /** Canonical JSON, as members receive it. */
  readonly text: string;
  /** What it does to the version before, and who has signed it; absent where this release cannot read the version before. */
  readonly accepted?: Pick<Extract<VerifyResult, { accepted: true }>, 'effect' | 'signers'>;
}

/** The outcome of a publication. */
export type PublishResult = VerifyResult | { readonly accepted: false; readonly refusal: Problem };

/** An administrator that a version has removed, and no later one has named again. */
export interface RemovedAdministrator {
  readonly name: string;
  /** The version that removed them. */
  readonly version: number;
  /** When the version that removed them was written: certificates of before are no longer theirs. Milliseconds since 1970. */
  readonly issuedUntil: number;
}

/** A stored version that would be refused if it were published today. */
export interface OutdatedVersion {
  readonly version: number;
  readonly problem: { readonly message: string; readonly remedy: string };
}

/** Refuses a valid document for what the document alone does not say. */
export type RefuseVersion = (topology: Topology) => Problem | undefined | Promise<Problem | undefined>;

/** Keeps every version that was published. */
export interface TopologyStore {
  /** The newest version that was published; `undefined` before the first one. */
  readonly current: CurrentTopology | undefined;
  /** Administrators of earlier versions whom the current one does not name. */
  readonly removedAdministrators: readonly RemovedAdministrator[];
  /**
   * Verifies a document as the next version, and stores nothing.
   * @param text - the signed document
   * @param now - milliseconds since 1970
   * @param refuse - looks at a valid document. Not called for the one in force
   * @throws what `refuse` throws
   */
  judge(text: string, now: number, refuse?: RefuseVersion): Promise<PublishResult>;
  /**
   * Judges a document as `judge` does, and stores it if it is valid. One call at a time.
   * @param text - the signed document
   * @param now - milliseconds since 1970
   * @param refuse - looks at a valid document before it is stored: the place to record who ordered it. Not called for the one in force
   * @throws where it could not be stored, and what `refuse` throws; the version before stays in force
   */
  publish(text: string, now: number, refuse?: RefuseVersion): Promise<PublishResult>;
  /** The text of a version, UTF-8: the same octets for all requests at about the same time. Must not be changed. */
  version(number: number): Promise<Uint8Array | undefined>;
}

/**
 * Opens the store. The whole chain is verified again, from the administrators in the configuration: write access to the database is
 * not enough to add a document without their signatures. Every version was accepted once, so a setting that is refused today does not
 * refuse a stored one; only the newest must be one that this release can read.
 * @param versions - keeps them
 * @param administratorsHash - hash of the administrators who may publish the first version
 * @param onOutdated - called for each stored version that would be refused today
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` if a stored document does not verify
 */
export async function openTopologyStore(
  versions: TopologyVersions,
  administratorsHash: string,
  onOutdated: (outdated: OutdatedVersion) => void = () => {},
): Promise<TopologyStore> {
  const placeOf = (version: number): string => `version ${version} in ${versions.place}`;
  let current: CurrentTopology | undefined;
  let currentBytes: Uint8Array | undefined;
  const removed = new Map<string, RemovedAdministrator>();
  const follow = (topology: Topology, text: string, accepted: CurrentTopology['accepted']): void => {
    const before = current?.topology;
    for (const name of removed.keys()) if (isNamed(topology, name)) removed.delete(name);
    for (const name of before === undefined ? [] : removedAdministrators(before, topology))
      removed.set(name, {
        name,
        version: topology.document.version,
        issuedUntil: Date.parse(topology.document.issued),
      });
    const { effect, signers } = accepted ?? {};
    const known = effect === undefined || signers === undefined ? {} : { accepted: { effect, signers } };
    current = { topology, text, ...known };
    currentBytes = undefined;
  };
  const knownFrom = (document: TopologyDocument | undefined): TopologyKnowledge['known'] =>
    document === undefined ? { administratorSetHash: administratorsHash } : { document };

  const kept = new KeptVersions(async (number) => {
    const text = await versions.read(number);
    return text === undefined ? undefined : Buffer.from(text);
  });
  const numbers = await versions.numbers();
  /** The version before, where this release cannot read it. */
  let unread: TopologyDocument | undefined;
  for (const version of numbers) {
    const place = placeOf(version);
    const text = (await versions.read(version)) ?? '';
    const known = knownFrom(unread ?? current?.topology.document);
    const link = verifyLink(text, known);
    if (!link.ok) throw damaged(place, link.refusal.message);
    const { document } = link;
    if (document.version !== version) throw damaged(place, `it is version ${document.version}`);
    const [problem] = link.problems;
    if (problem !== undefined) {
      if (version === numbers.at(-1)) throw damaged(place, problem.message);
      onOutdated({ version, problem });
      unread = document;
      continue;
    }
    // What changed since a version that cannot be read cannot be told: its signatures are all that can be verified.
    const result = unread === undefined ? judgeStored(text, known) : undefined;
    if (result?.accepted === false) throw damaged(place, result.refusal.message);
    for (const outdated of checkDocument(document))
      if (outdated.severity === 'error') onOutdated({ version, problem: outdated });
    follow(buildTopology(document), text, result);
    unread = undefined;
  }

  const judge: TopologyStore['judge'] = async (text, now, refuse) => {
    const result = verifyTopology(text, { known: knownFrom(current?.topology.document), now });
    if (!result.accepted || result.topology.hash === current?.topology.hash) return result;
    const refusal = await refuse?.(result.topology);
    return refusal === undefined ? result : { accepted: false, refusal };
  };

  return {
    judge,
    get current() {
      return current;
    },
    get removedAdministrators() {
      return [...removed.values()];
    },
    async publish(text, now, refuse) {
      const result = await judge(text, now, refuse);
      if (!result.accepted) return result;
      const { topology } = result;
      if (topology.hash === current?.topology.hash) return result;
      const canonical = encodeSignedTopology(result.signed);
      await versions.add(topology.document.version, canonical);
      follow(topology, canonical, result);
      return result;
    },
    async version(number) {
      if (number !== current?.topology.document.version) return kept.version(number);
      currentBytes ??= Buffer.from(current.text);
      return currentBytes;
    },
  };
}

function damaged(place: string, found: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: `the stored topology does not verify: ${found}`,
    place,
    remedy:
      'where administratorsHash in the configuration was changed, write the one again that entente ca init wrote; otherwise restore the last backup with entente ca restore',
  });
}

function judgeStored(text: string, known: TopologyKnowledge['known']): VerifyResult {
  return verifyTopology(text, { known, now: issuedAt(text), stored: true });
}

/** A document is verified for the time at which it was issued: it stays part of the chain. */
function issuedAt(text: string): number {
  try {
    const { document } = JSON.parse(text) as { document?: { issued?: string } };
    return Date.parse(document?.issued ?? '');
  } catch {
    return Number.NaN;
  }
}
