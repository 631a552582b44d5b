import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PkiFault, type Problem } from '@entente/pki';
import { publicMode, writeWhole } from '@entente/pki/node';
import { encodeSignedTopology, type Topology, type VerifyResult, verifyTopology } from '@entente/topology';
import { isNamed, removedAdministrators } from './administrators.ts';

/** A topology in force, with the text that was signed. */
export interface CurrentTopology {
  readonly topology: Topology;
  /** Canonical JSON, as members receive it. */
  readonly text: string;
}

/** The outcome of a publication. */
export type PublishResult = VerifyResult | { readonly accepted: false; readonly refusal: Problem };

/** An administrator that a version has removed, and no later one has named again. */
export interface RemovedAdministrator {
  readonly name: string;
  /** When the version that removed them was written: certificates of before are no longer theirs. Milliseconds since 1970. */
  readonly issuedUntil: number;
}

/** Keeps every version that was published. */
export interface TopologyStore {
  readonly current: CurrentTopology | undefined;
  /** Administrators of earlier versions whom the current one does not name. */
  readonly removedAdministrators: readonly RemovedAdministrator[];
  /**
   * Verifies a document as the next version, and stores it if it is valid. One call at a time.
   * @param text - the signed document
   * @param now - milliseconds since 1970
   * @param refuse - looks at a valid document before it is stored
   * @throws PkiFault `ENTENTE_PKI_FILE_UNAVAILABLE` where it could not be stored; the version before stays in force
   */
  publish(
    text: string,
    now: number,
    refuse?: (topology: Topology) => Problem | undefined,
  ): Promise<PublishResult>;
  /** The text of a version. */
  version(number: number): Promise<string | undefined>;
}

/**
 * Opens the store. The whole chain is verified again, from the administrators in the configuration: write access to this folder is
 * not enough to add a document without their signatures.
 * @param directory - folder of the authority
 * @param administratorsHash - hash of the administrators who may publish the first version
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` if a stored document does not verify
 */
export async function openTopologyStore(
  directory: string,
  administratorsHash: string,
): Promise<TopologyStore> {
  const folder = join(directory, 'topologies');
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const pathOf = (version: number): string => join(folder, `${version}.json`);
  let current: CurrentTopology | undefined;
  const removed = new Map<string, number>();
  const follow = (topology: Topology, text: string): void => {
    const before = current?.topology;
    for (const name of removed.keys()) if (isNamed(topology, name)) removed.delete(name);
    for (const name of before === undefined ? [] : removedAdministrators(before, topology))
      removed.set(name, Date.parse(topology.document.issued));
    current = { topology, text };
  };
  const judge = (text: string, now: number): VerifyResult => {
    const known =
      current === undefined
        ? { administratorSetHash: administratorsHash }
        : { document: current.topology.document };
    return verifyTopology(text, { known, now });
  };

  for (const version of await storedVersions(folder)) {
    const text = await readFile(pathOf(version), 'utf8');
    const result = judge(text, issuedAt(text));
    if (!result.accepted) throw damaged(pathOf(version), result.refusal.message);
    const found = result.topology.document.version;
    if (found !== version) throw damaged(pathOf(version), `it is version ${found}`);
    follow(result.topology, text);
  }

  return {
    get current() {
      return current;
    },
    get removedAdministrators() {
      return [...removed].map(([name, issuedUntil]) => ({ name, issuedUntil }));
    },
    async publish(text, now, refuse) {
      const result = judge(text, now);
      if (!result.accepted) return result;
      const { topology } = result;
      if (topology.hash === current?.topology.hash) return result;
      const refusal = refuse?.(topology);
      if (refusal !== undefined) return { accepted: false, refusal };
      const canonical = encodeSignedTopology(result.signed);
      await store(pathOf(topology.document.version), canonical);
      follow(topology, canonical);
      return result;
    },
    version: (number) => readText(pathOf(number)),
  };
}

/** The version before stays in force where the disk does not take another: nothing half-written is left behind. */
async function store(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text, publicMode);
  } catch (cause) {
    throw new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
      sentence: `the topology could not be stored: ${(cause as Error).message}`,
      place: path,
      remedy: 'free space on the disk, or correct its rights, then publish the topology again',
      cause,
    });
  }
}

/** Numbers of the stored versions, ascending. */
async function storedVersions(folder: string): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (const name of await readdir(folder)) {
    const number = Number(name.slice(0, -'.json'.length));
    if (Number.isSafeInteger(number) && name === `${number}.json`) numbers.push(number);
  }
  return numbers.sort((one, other) => one - other);
}

function damaged(place: string, found: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: `the stored topology does not verify: ${found}`,
    place,
    remedy: 'restore it from a copy, or correct administratorsHash in the configuration',
  });
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

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
