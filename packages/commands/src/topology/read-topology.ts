import { stat } from 'node:fs/promises';
import { OperatorFault } from '@entente/host';
import {
  buildTopology,
  checkDocument,
  checkShape,
  decodeSignedTopology,
  type Problem,
  type SignedTopology,
  type Topology,
  type TopologyDocument,
} from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import { shellWord } from '@entente/trust';
import { readNamed } from '../read-named-file.ts';
import { counted } from './answer.ts';
import { fileOr } from './missing-file.ts';
import { newestBeside } from './signed-files.ts';

/** Larger files are not read: the largest topology that is accepted is smaller. */
const maxMegabytes = 64;

/** A topology from a file, or what is wrong with it. */
export type ReadTopology =
  | { readonly ok: true; readonly topology: Topology; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads and checks a topology, as YAML or as the signed JSON that `sign` writes (whose signatures it does not judge).
 * @param file - path
 */
export async function readTopology(file: string): Promise<ReadTopology> {
  const text = await readText(file);
  if (!isSigned(text)) return parseTopology(text);
  const { document } = await decodeFile(file, text);
  const problems = checkDocument(document);
  const errors = problems.filter((problem) => problem.severity === 'error');
  return errors.length > 0
    ? { ok: false, problems }
    : { ok: true, topology: buildTopology(document), warnings: problems };
}

/**
 * Reads a topology that must pass every check.
 * @param file - path
 * @throws OperatorFault `ENTENTE_TOPOLOGY_INVALID` with the place of the first error
 */
export async function requireTopology(file: string): Promise<Topology> {
  const read = await readTopology(file);
  if (read.ok) return read.topology;
  const errors = read.problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
    sentence: `${withoutStop(first?.message ?? 'the topology cannot be read')}${errors.length > 1 ? `, and ${counted(errors.length - 1, 'more error')}` : ''}`,
    place: placeOf(file, first),
    remedy: `${asClause(first?.remedy ?? 'correct it')}; entente topology check ${shellWord(file)} lists everything`,
  });
}

/**
 * Reads what `sign` or `approve` wrote.
 * @throws OperatorFault `ENTENTE_NOT_SIGNED` where there is no such file, `ENTENTE_TOPOLOGY_INVALID` where it is anything else
 */
export async function readSigned(file: string): Promise<SignedTopology> {
  if (!(await exists(file))) {
    throw new OperatorFault('ENTENTE_NOT_SIGNED', {
      sentence: 'there is no such signed version',
      place: file,
      remedy:
        'entente topology sign writes topology.pending.json, or topology.signed.json once there are enough signatures',
    });
  }
  return await decodeFile(file, await readText(file));
}

/** Like {@link readSigned}, or undefined where there is no such file. */
export async function readSignedIfThere(file: string): Promise<SignedTopology | undefined> {
  return (await exists(file)) ? readSigned(file) : undefined;
}

/** Whether a file exists. */
export async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}

/** `file:line:column` as far as it is known. */
export function placeOf(file: string, problem: Problem | undefined): string {
  return problem?.line === undefined ? file : `${file}:${problem.line}:${problem.column}`;
}

const begins =
  'name the topology of your network with its path, or create one with entente topology init <domain> --administrator <you>';
const signs = 'name a signed version with its path, or sign one with entente topology sign --key <your key>';

/**
 * Reads a file that is small enough to be a topology.
 * @throws OperatorFault `ENTENTE_TOPOLOGY_INVALID` where it is larger
 */
export async function readText(file: string): Promise<string> {
  const { size } = await fileOr(file, stat(file), file.endsWith('.json') ? signs : begins);
  if (size > maxMegabytes * 1e6) {
    throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
      sentence: `expected at most ${maxMegabytes} MB, found ${Math.ceil(size / 1e6)} MB`,
      place: file,
      remedy: 'name a topology file',
    });
  }
  return readNamed(file, 'utf8');
}

/** Where the version in force is damaged, the same is in the file of its version. */
async function decodeFile(file: string, text: string): Promise<DecodedTopology> {
  try {
    return decodeSigned(file, text);
  } catch (fault) {
    const newest = fault instanceof OperatorFault ? await newestBeside(file) : undefined;
    if (newest === undefined) throw fault;
    throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
      sentence: (fault as OperatorFault).sentence,
      place: file,
      remedy: `where the version in force is ${newest}, which is beside it, copy that file over it; entente topology status asks the authority which one it is`,
    });
  }
}

/** A signed topology whose document has the shape of one. */
export type DecodedTopology = SignedTopology & { readonly document: TopologyDocument };

/**
 * Decodes a signed topology whose signatures nobody judges here.
 * @param file - its place, for the fault
 * @throws OperatorFault `ENTENTE_TOPOLOGY_INVALID`
 */
export function decodeSigned(file: string, text: string): DecodedTopology {
  if (!text.startsWith('{')) {
    throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
      sentence: 'expected a signed topology, found a text that is not JSON',
      place: file,
      remedy: 'name the file that entente topology sign or approve wrote, usually topology.signed.json',
    });
  }
  const decoded = decodeSignedTopology(text);
  const shape = decoded.ok ? checkShape(decoded.document) : undefined;
  if (decoded.ok && shape?.ok === true) return { document: shape.document, signatures: decoded.signatures };
  throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
    sentence: withoutStop(
      decoded.ok ? (shape?.ok === false ? (shape.problems[0]?.message ?? '') : '') : decoded.message,
    ),
    place: file,
    remedy: 'name a file as entente topology sign wrote it, without edits',
  });
}

/** Whether a text is a signed topology, however it is laid out: no YAML that people write begins like this. */
function isSigned(text: string): boolean {
  return /^\s*\{\s*"(document|signatures)"\s*:/.test(text);
}

/**
 * Refuses a signed topology where the YAML is expected: an edit would destroy it.
 * @throws OperatorFault `ENTENTE_TOPOLOGY_SIGNED`
 */
export function refuseSigned(file: string, text: string): void {
  if (!isSigned(text)) return;
  throw new OperatorFault('ENTENTE_TOPOLOGY_SIGNED', {
    sentence: 'expected the YAML, found a signed version, which is never changed',
    place: file,
    remedy:
      'name the YAML, usually topology.yaml; to go back to an earlier version: entente topology rollback <version>',
  });
}

/** A remedy as the last clause of a sentence: it begins with a verb, in lower case there, and has no stop. */
export function asClause(remedy: string): string {
  return withoutStop(remedy.charAt(0).toLowerCase() + remedy.slice(1));
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
