import { type TopologyDocument, topologyHash } from '@entente/topology';
import { shellWord } from '@entente/trust';
import { exists, readSignedIfThere } from '../topology/read-topology.ts';
import { signedFilesOf } from '../topology/signed-files.ts';

/** Refusals of what a version says: sent again, it is refused again, and so is each version that was signed after it. */
const ofContent: ReadonlySet<string> = new Set(['root-in-use', 'members-left-behind', 'invalid', 'forked']);

/** Refusals of what a version takes away from users: they can be moved or removed first, or it stays in the topology. */
const ofUsers: ReadonlySet<string> = new Set(['domain-in-use', 'home-in-use']);

/**
 * What to do after a refusal, before its own remedy: the versions between that are published first, or how another version is signed in
 * place of one that will never be in force.
 * @param file - the signed topology that was sent
 * @param document - what it says
 * @param inForce - at the authority; undefined before the first version
 * @param reason - of the refusal
 */
export async function nextAfterRefusal(
  file: string,
  document: TopologyDocument,
  inForce: TopologyDocument | undefined,
  reason: string,
): Promise<readonly string[]> {
  if (ofContent.has(reason)) {
    const replaced = await inItsPlace(file, document, inForce);
    return reason === 'members-left-behind' && inForce !== undefined
      ? [await withRootsAgain(file, document, inForce), `then ${replaced}`]
      : [replaced];
  }
  if (ofUsers.has(reason)) return [`where it is to stay: ${await inItsPlace(file, document, inForce)}`];
  // A root that is brought later cures it; one that is not of this domain never comes.
  if (reason === 'root-unknown') {
    return [
      'where a backup was restored that is older than this root: entente ca root accept <the answer of ca root prepare> again, on the machine of the authority, then publish again',
      `where this domain has no such root: ${await inItsPlace(file, document, inForce)}`,
    ];
  }
  return missingVersions(file, inForce, document);
}

/** The YAML has lost the certificate of the root; once the version in force is in place, no rollback leads to it. */
async function withRootsAgain(
  file: string,
  { version }: TopologyDocument,
  { version: before }: TopologyDocument,
): Promise<string> {
  const { inForce } = signedFilesOf(file);
  const newest = (await readSignedIfThere(inForce))?.document.version ?? version;
  return newest > before
    ? `to sign another version in its place, first and before anything is copied: entente topology rollback ${before}, which lists the root again as version ${before} does`
    : `to sign another version in its place, first copy ${file} to ${inForce}, then entente topology rollback ${before}, which lists the root again as version ${before} does`;
}

async function inItsPlace(
  file: string,
  { version }: TopologyDocument,
  inForce: TopologyDocument | undefined,
): Promise<string> {
  const files = signedFilesOf(file);
  const sign = `correct the YAML and sign again: entente topology sign replaces version ${version}, and what was signed after it`;
  if (inForce === undefined) return `remove ${files.inForce}, write version: 1, ${sign}`;
  const before = files.versionFile(inForce.version);
  const known = (await readSignedIfThere(before))?.document;
  return known !== undefined && topologyHash(known) === topologyHash(inForce)
    ? `copy ${before} to ${files.inForce}, ${sign}`
    : `get topology.signed.json of version ${inForce.version} from the administrator who published it, put it in place of ${files.inForce}, ${sign}`;
}

/** The versions between, which are published first, as far as their files are here. */
async function missingVersions(
  file: string,
  inForce: TopologyDocument | undefined,
  { version }: TopologyDocument,
): Promise<readonly string[]> {
  const files = signedFilesOf(file);
  const commands: string[] = [];
  for (let missing = (inForce?.version ?? 0) + 1; missing < version && commands.length < 8; missing++) {
    const name = files.versionFile(missing);
    if (await exists(name)) {
      commands.push(`first: entente topology publish ${shellWord(name)} --as ca/administrators/<you>.yaml`);
    }
  }
  return commands;
}
