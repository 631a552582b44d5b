import { stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import { secretMode, writeWhole } from '@entente/pki/node';
import { type Document, parseDocument, stringify } from 'yaml';
import { withLineEndsOf } from '../line-ends.ts';
import { readNamed } from '../read-named-file.ts';
import { exists } from '../topology/read-topology.ts';
import { readAddresses } from './addresses.ts';
import type { AdministratorAccess } from './administrator-access.ts';

/** What a configuration with a token is written of. */
export interface JoiningServer {
  /** FQDN. */
  readonly server: string;
  /** The file. */
  readonly config: string;
  /** Where the server keeps its key; default a folder beside the file with its name. */
  readonly directory?: string | undefined;
  /** Users of a front end, where they are in a file. */
  readonly users?: string | undefined;
}

/** A configuration that is about to have a token. */
export interface JoiningConfiguration {
  /** Whether the file was there: all but its token stays. */
  readonly isThere: boolean;
  /**
   * Writes it. Others than the owner and the group of a file that was there may not read it.
   * @param token - to join with
   * @param access - says where the authority is
   */
  write(token: string, access: AdministratorAccess): Promise<void>;
  /** The folder of the server, where it is on this machine and the server has joined from there: then no token is looked at. */
  readonly joinedFrom: string | undefined;
}

/**
 * The configuration that a server joins with: a new one, or the one that is there with another token.
 * @param joining - the server, and its file
 * @param replaces - whether a file that is there may get another token
 * @throws OperatorFault `ENTENTE_FILE_EXISTS`, `ENTENTE_CONFIG_INVALID`, `ENTENTE_USAGE`
 */
export async function joiningConfiguration(
  joining: JoiningServer,
  replaces: boolean,
): Promise<JoiningConfiguration> {
  const { config } = joining;
  if (!(await exists(config)))
    return {
      isThere: false,
      write: (token, access) => writeWhole(config, newConfiguration(joining, token, access), secretMode),
      joinedFrom: undefined,
    };
  if (!replaces)
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'the file exists and is not overwritten',
      place: config,
      remedy:
        'give --replace where the server joins again: the file gets the new token, and all else in it stays; or name another file',
    });
  const text = await readNamed(config, 'utf8');
  const document = readConfiguration(joining, text);
  const folder = resolve(dirname(config), String(document.get('directory') ?? joining.server));
  return {
    isThere: true,
    async write(token) {
      document.setIn(['join', 'token'], token);
      const { gid, mode, uid } = await stat(config);
      // The server may run as another user than the administrator.
      await writeWhole(config, withLineEndsOf(text, document.toString({ lineWidth: 0 })), mode & 0o770, {
        gid,
        uid,
      });
    },
    joinedFrom: (await exists(join(folder, 'member.json'))) ? folder : undefined,
  };
}

function readConfiguration({ config, directory, server, users }: JoiningServer, text: string): Document {
  if (directory !== undefined || users !== undefined)
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected no ${directory === undefined ? '--users' : '--directory'} for a configuration that is there`,
      place: config,
      remedy: 'leave the option out, or change the file',
    });
  const document = parseDocument(text);
  const invalid = (sentence: string) =>
    new OperatorFault('ENTENTE_CONFIG_INVALID', {
      sentence,
      place: config,
      remedy: 'name the configuration of this server, or a file that is not there',
    });
  if (document.errors.length > 0) throw invalid(`expected YAML: ${document.errors[0]?.message}`);
  const fqdn = document.get('fqdn');
  const found = typeof fqdn === 'string' ? `that of ${fqdn}` : 'a file that does not name its server';
  if (fqdn !== server) throw invalid(`expected the configuration of ${server}, found ${found}`);
  return document;
}

function newConfiguration(
  { config, directory, server, users: usersFile }: JoiningServer,
  token: string,
  { address, authority }: AdministratorAccess,
): string {
  const addresses = readAddresses(address, new URL(authority).hostname);
  const users = usersFile === undefined ? undefined : relative(dirname(resolve(config)), resolve(usersFile));
  return stringify(
    {
      fqdn: server,
      directory: directory ?? server,
      join: { token },
      ...(users === undefined ? {} : { users }),
      ...(addresses.size === 0 ? {} : { addresses: Object.fromEntries(addresses) }),
    },
    { lineWidth: 0 },
  );
}
