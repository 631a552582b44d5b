import { diffTopologies, strongestEffect, type TopologyDocument, topologyHash } from '@entente/topology';
import { shellWord } from '@entente/trust';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { type AuthorityConnection, connectAuthority } from '../authority/connect-authority.ts';
import { judgeVersion } from '../authority/judge-version.ts';
import { nextAfterRefusal } from '../authority/refused-version.ts';
import { counted, give } from '../topology/answer.ts';
import { decodeSigned, readSignedIfThere, readText, readTopology } from '../topology/read-topology.ts';
import { signedFilesOf, signersOf } from '../topology/signed-files.ts';
import { neededFor, signaturesFor, signingProgress } from '../topology/signing-progress.ts';
import { defaultFile, topologyCommand } from '../topology/topology-command.ts';

/**
 * Adds `entente topology status`: the version that is in force, and the files here that differ from it.
 * @param program - the command line
 */
export function register(program: Command): void {
  const status = topologyCommand(program)
    .command('status')
    .summary('show which version is in force, and what is not published')
    .description(
      'Asks the authority for the version in force, and compares the files here with it: what is changed and not signed, what waits for signatures, how many it needs, who has signed and who has not, what is signed and not published. Exit status 1: the authority has no topology, or refused.',
    )
    .argument('[file]', 'the YAML', defaultFile);
  administratorCommand(status, 'entente topology status topology.yaml').action(run);
}

async function run(file: string, options: AdministratorOptions): Promise<void> {
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const outcome = await connection.get('/topology');
  if (!outcome.ok) {
    const { reason, message, remedy } = outcome.refusal;
    const none = reason === 'not-found';
    const here = none ? await waiting(file, undefined) : [];
    give(
      {
        json: {
          authority: access.authority,
          version: null,
          refusal: outcome.refusal,
          files: here.map(jsonOf),
        },
        lines: [
          none ? `${access.authority} has no topology yet` : `the authority refused: ${reason}: ${message}`,
          ...here.map(textOf),
        ],
        next: [
          ...here.flatMap(({ next }) => next ?? []),
          none ? `entente topology publish --as ca/administrators/<you>.yaml` : remedy,
        ],
        failed: true,
      },
      options.json,
    );
    return;
  }
  const inForce = decodeSigned(`${access.authority}/topology`, outcome.text);
  const { document } = inForce;
  const here = await filesHere(file, document, connection);
  const { keys, required } = document.administrators;
  const ids = keys.map(({ id }) => id);
  give(
    {
      json: {
        authority: access.authority,
        network: document.network,
        version: document.version,
        hash: topologyHash(document),
        issued: document.issued,
        signers: signersOf(inForce),
        administrators: { required, ids },
        files: here.map(jsonOf),
      },
      lines: [
        `version ${document.version} of ${document.network} is in force, signed by ${signersOf(inForce).join(', ')} at ${document.issued}`,
        `${signaturesFor('quorum', document, document)} a change that does more than narrow: ${ids.join(', ')}`,
        ...here.map(textOf),
      ],
      next: here.flatMap(({ next }) => next ?? []),
    },
    options.json,
  );
}

interface FileState {
  readonly name: string;
  /** What the file is, compared with the version in force. */
  readonly state: string;
  readonly next?: string;
  /** How many administrators must sign, where it is not signed by all. */
  readonly needed?: string;
  /** Ids of those who have signed. */
  readonly signers?: readonly string[];
  /** Ids of those who have not. */
  readonly missing?: readonly string[];
}

function jsonOf({ next: _, ...state }: FileState): object {
  return state;
}

function textOf({ missing, name, needed, state }: FileState): string {
  const open = missing === undefined ? '' : `; not yet signed by ${missing.join(', ')}`;
  return `${name}: ${state}${needed === undefined ? '' : `: ${needed}${open}`}`;
}

/** The files beside the YAML that differ from the version in force, and those that agree with it. */
async function filesHere(
  file: string,
  inForce: TopologyDocument,
  connection: Pick<AuthorityConnection, 'send'>,
): Promise<readonly FileState[]> {
  const files = signedFilesOf(file);
  const signed = await readSignedIfThere(files.inForce);
  return [
    await yamlState(file, signed?.document ?? inForce),
    ...(await waiting(file, inForce, signed?.document)),
    ...(signed === undefined ? [] : [await signedState(files.inForce, signed.document, inForce, connection)]),
  ];
}

/** The version that waits for signatures, where there is one. */
async function waiting(
  file: string,
  inForce: TopologyDocument | undefined,
  signed?: TopologyDocument,
): Promise<readonly FileState[]> {
  const { pending: name } = signedFilesOf(file);
  const pending = await readSignedIfThere(name);
  if (pending === undefined) return [];
  const { version } = pending.document;
  if (version <= (inForce?.version ?? 0)) return [];
  const before = signed?.version === version - 1 ? signed : inForce;
  const progress = signingProgress(pending, before);
  return [
    {
      name,
      state: `version ${version}, signed by ${progress.signers.join(', ')}, needs more signatures`,
      ...progress,
      next: `entente topology approve ${shellWord(name)} --key <your key>`,
    },
  ];
}

async function yamlState(file: string, signed: TopologyDocument): Promise<FileState> {
  const read = await readTopology(file);
  if (!read.ok) {
    const errors = read.problems.filter(({ severity }) => severity === 'error').length;
    return { name: file, state: counted(errors, 'error'), next: `entente topology check ${shellWord(file)}` };
  }
  const changes = diffTopologies(signed, read.topology.document).filter(({ effect }) => effect !== 'chain');
  if (strongestEffect(changes) === 'chain')
    return { name: file, state: `no change to version ${signed.version}` };
  return {
    name: file,
    state: `${counted(changes.length, 'change')} to version ${signed.version}, not signed`,
    needed: neededFor(read.topology.document, signed),
    next: `entente topology diff ${shellWord(file)}`,
  };
}

async function signedState(
  name: string,
  signed: TopologyDocument,
  inForce: TopologyDocument,
  connection: Pick<AuthorityConnection, 'send'>,
): Promise<FileState> {
  if (topologyHash(signed) === topologyHash(inForce)) return { name, state: 'the version in force' };
  if (signed.version > inForce.version) {
    const state = `version ${signed.version}, signed and not published`;
    const { judged, refusal } = await judgeVersion(connection, await readText(name));
    if (refusal !== undefined) {
      const what = judged ? 'it would be refused' : 'the authority does not say whether it would be refused';
      const before = judged ? await nextAfterRefusal(name, signed, inForce, refusal.reason) : [];
      return {
        name,
        state: `${state}; ${what}: ${refusal.reason}: ${refusal.message}`,
        next: [...before, refusal.remedy].join('; '),
      };
    }
    return {
      name,
      state,
      next: `entente topology publish ${shellWord(name)} --as ca/administrators/<you>.yaml`,
    };
  }
  return {
    name,
    state: `version ${signed.version}, which is not the one in force`,
    next: `replace ${name} with that of the administrator who published version ${inForce.version}`,
  };
}
