import {
  diffTopologies,
  type SignedTopology,
  strongestEffect,
  type TopologyDocument,
  topologyHash,
} from '@entente/topology';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { counted, give } from '../topology/answer.ts';
import { decodeSigned, readSignedIfThere, readTopology } from '../topology/read-topology.ts';
import { signedFilesOf, signersOf } from '../topology/signed-files.ts';
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
      'Asks the authority for the version in force, and compares the files here with it: what is changed and not signed, what waits for signatures, what is signed and not published. Exit status 1: the authority has no topology, or refused.',
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
    give(
      {
        json: { authority: access.authority, version: null, refusal: outcome.refusal },
        lines: [
          none ? `${access.authority} has no topology yet` : `the authority refused: ${reason}: ${message}`,
        ],
        next: [none ? `entente topology publish --as ca/administrators/<you>.yaml` : remedy],
        failed: true,
      },
      options.json,
    );
    return;
  }
  const inForce = decodeSigned(`${access.authority}/topology`, outcome.text);
  const { document } = inForce;
  const here = await filesHere(file, document);
  give(
    {
      json: {
        authority: access.authority,
        network: document.network,
        version: document.version,
        hash: topologyHash(document),
        issued: document.issued,
        signers: signersOf(inForce),
        files: here.map(({ next: _, ...state }) => state),
      },
      lines: [
        `version ${document.version} of ${document.network} is in force, signed by ${signersOf(inForce).join(', ')} at ${document.issued}`,
        ...here.map(({ name, state }) => `${name}: ${state}`),
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
}

/** The files beside the YAML that differ from the version in force, and those that agree with it. */
async function filesHere(file: string, inForce: TopologyDocument): Promise<readonly FileState[]> {
  const files = signedFilesOf(file);
  const signed = await readSignedIfThere(files.inForce);
  const pending = await readSignedIfThere(files.pending);
  return [
    await yamlState(file, signed?.document ?? inForce),
    ...(pending === undefined || pending.document.version <= inForce.version
      ? []
      : [pendingState(files.pending, pending)]),
    ...(signed === undefined ? [] : [signedState(files.inForce, signed.document, inForce)]),
  ];
}

async function yamlState(file: string, signed: TopologyDocument): Promise<FileState> {
  const read = await readTopology(file);
  if (!read.ok) {
    const errors = read.problems.filter(({ severity }) => severity === 'error').length;
    return { name: file, state: counted(errors, 'error'), next: `entente topology check ${file}` };
  }
  const changes = diffTopologies(signed, read.topology.document).filter(({ effect }) => effect !== 'chain');
  if (strongestEffect(changes) === 'chain')
    return { name: file, state: `no change to version ${signed.version}` };
  return {
    name: file,
    state: `${counted(changes.length, 'change')} to version ${signed.version}, not signed`,
    next: `entente topology diff ${file}`,
  };
}

function pendingState(name: string, pending: SignedTopology): FileState {
  return {
    name,
    state: `version ${pending.document.version}, signed by ${signersOf(pending).join(', ')}, needs more signatures`,
    next: `entente topology approve ${name} --key <your key>`,
  };
}

function signedState(name: string, signed: TopologyDocument, inForce: TopologyDocument): FileState {
  if (topologyHash(signed) === topologyHash(inForce)) return { name, state: 'the version in force' };
  if (signed.version > inForce.version) {
    return {
      name,
      state: `version ${signed.version}, signed and not published`,
      next: `entente topology publish ${name} --as ca/administrators/<you>.yaml`,
    };
  }
  return {
    name,
    state: `version ${signed.version}, which is not the one in force`,
    next: `replace ${name} with that of the administrator who published version ${inForce.version}`,
  };
}
