import { OperatorFault } from '@entente/host';
import { type TopologyDocument, topologyHash } from '@entente/topology';
import { decodeSigned, readSignedIfThere } from '../topology/read-topology.ts';
import type { SignedFiles } from '../topology/signed-files.ts';
import { accessOf } from './administrator-access.ts';
import { connectAuthority } from './connect-authority.ts';

/** Nobody can sign a successor with keys that are lost. */
const beginAgain =
  '; or, where so many keys are lost that the network begins again with a first version: write "version: 1" into topology.yaml, delete "previous" there, and sign again';

/**
 * Finds the version that a document follows, by the hash that it names: beside it, or at the authority. Nobody can tell what a
 * document changes without it.
 * @param document - not a first version
 * @param files - the files beside it
 * @param as - access file for the authority, where it may be asked
 * @throws OperatorFault `ENTENTE_VERSION_MISSING` where no version found has the hash
 */
export async function requireVersionBefore(
  document: TopologyDocument,
  files: SignedFiles,
  as: string | undefined,
): Promise<TopologyDocument> {
  const version = document.version - 1;
  let hasNone = true;
  for (const file of [files.inForce, files.versionFile(version)]) {
    const found = (await readSignedIfThere(file))?.document;
    hasNone &&= found === undefined;
    if (found !== undefined && topologyHash(found) === document.previous) return found;
  }
  const fetched = as === undefined ? undefined : await fetchVersion(version, as);
  if (fetched !== undefined && topologyHash(fetched) === document.previous) return fetched;
  throw new OperatorFault('ENTENTE_VERSION_MISSING', {
    sentence: `version ${document.version} cannot be compared with the version before: ${describe(version, as, fetched)}`,
    place: files.versionFile(version),
    remedy:
      fetched === undefined
        ? `fetch it from the authority with --as ca/administrators/<you>.yaml${hasNone ? beginAgain : ''}`
        : `do not sign it: ask the administrator who prepared it which version ${version} it follows`,
  });
}

function describe(version: number, as: string | undefined, fetched: TopologyDocument | undefined): string {
  if (as === undefined) return `the version ${version} that it names is not here`;
  return fetched === undefined
    ? `the authority has no version ${version}`
    : `the authority has another version ${version} than it names`;
}

/**
 * Fetches a version from the authority.
 * @param version - its number
 * @param as - access file
 * @returns undefined where the authority has none
 * @throws OperatorFault `ENTENTE_VERSION_MISSING` where it refuses
 */
export async function fetchVersion(version: number, as: string): Promise<TopologyDocument | undefined> {
  const access = await accessOf({ as, address: [] });
  await using connection = await connectAuthority(access);
  const outcome = await connection.get(`/topology/${version}`);
  if (outcome.ok) return decodeSigned(`${access.authority}/topology/${version}`, outcome.text).document;
  if (outcome.refusal.reason === 'not-found') return undefined;
  const { message: sentence, remedy } = outcome.refusal;
  throw new OperatorFault('ENTENTE_VERSION_MISSING', { sentence, place: access.authority, remedy });
}
