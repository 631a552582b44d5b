import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { publicMode, writeWhole } from '@entente/pki/node';
import {
  administratorSetHash,
  encodeSignedTopology,
  type SignedTopology,
  type TopologyDocument,
  type TopologyRefusal,
  verifyTopology,
} from '@entente/topology';

/** Files beside a topology: the version in force, the one that needs more signatures, and every earlier version. */
export interface SignedFiles {
  readonly inForce: string;
  readonly pending: string;
  versionFile(version: number): string;
}

/**
 * Names the files that belong to a topology.
 * @param file - path of the YAML
 */
export function signedFilesOf(file: string): SignedFiles {
  const folder = dirname(file);
  return {
    inForce: join(folder, 'topology.signed.json'),
    pending: join(folder, 'topology.pending.json'),
    versionFile: (version) => join(folder, `topology.v${version}.json`),
  };
}

/**
 * Finds the newest version beside the one in force, which has the same content where that one was signed here.
 * @param file - path of a signed version
 * @returns its name; undefined where the file is not the one in force, or no version is beside it
 */
export async function newestBeside(file: string): Promise<string | undefined> {
  if (basename(file) !== basename(signedFilesOf(file).inForce)) return undefined;
  const names = await readdir(dirname(file)).catch(() => []);
  const versions = names.flatMap((name) => /^topology\.v([1-9][0-9]{0,14})\.json$/.exec(name)?.[1] ?? []);
  if (versions.length === 0) return undefined;
  return basename(signedFilesOf(file).versionFile(Math.max(...versions.map(Number))));
}

/** What came of a signature. */
export interface Progress {
  /** Whether the document has all the signatures it needs. */
  readonly complete: boolean;
  readonly signers: readonly string[];
  /** Why members would refuse it: `under-signed` where signatures are missing. */
  readonly refusal?: TopologyRefusal;
  /** Where it is now. */
  readonly file: string;
}

/** Ids of the administrators who have signed a document; the signatures are not verified. */
export function signersOf({ signatures }: SignedTopology): readonly string[] {
  return signatures.map(({ protected: header }) => keyIdOf(header)).sort();
}

/**
 * Files a signed document: as the one in force where a member would accept it, as pending where signatures are missing.
 * @param before - the version that it follows; undefined for a first one
 * @param now - milliseconds since the epoch
 */
export async function fileSigned(
  signed: SignedTopology,
  before: TopologyDocument | undefined,
  files: SignedFiles,
  now: number,
): Promise<Progress> {
  const result = verifyTopology(signed, { known: knownBy(before, signed.document), now });
  const signers = signersOf(signed);
  if (result.accepted) {
    const text = encodeSignedTopology(signed);
    await writeWhole(files.versionFile(signed.document.version), text, publicMode);
    await writeWhole(files.inForce, text, publicMode);
    return { complete: true, signers: result.signers, file: files.inForce };
  }
  const { refusal } = result;
  if (refusal.reason === 'under-signed')
    await writeWhole(files.pending, encodeSignedTopology(signed), publicMode);
  return { complete: false, signers, refusal, file: files.pending };
}

/** What a member knows: the document in force, or for a first one the administrators that its join token will name. */
export function knownBy(inForce: TopologyDocument | undefined, candidate: TopologyDocument) {
  return inForce === undefined
    ? { administratorSetHash: administratorSetHash(candidate.administrators) }
    : { document: inForce };
}

function keyIdOf(header: string): string {
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { readonly kid: string };
  return kid;
}
