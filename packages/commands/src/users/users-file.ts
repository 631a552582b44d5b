import { OperatorFault } from '@entente/host';
import { secretMode, writeWhole } from '@entente/pki/node';
import { createCredentialRecord, type DigestAlgorithm } from '@entente/sip';
import { Document, isMap, isSeq, parseDocument } from 'yaml';
import { withLineEndsOf } from '../line-ends.ts';
import { exists, readText } from '../topology/read-topology.ts';

/** A user of a file, as a front end reads it. */
export interface FileUser {
  readonly username: string;
  readonly realm: string;
}

/** What became of a users file. */
export interface WrittenUser {
  /** Whether it had the user. */
  readonly replaced: boolean;
  /** Addresses of other users of it that differ in case alone. */
  readonly differsInCase: readonly string[];
}

/**
 * Writes the digest of a password into a users file, which is created where there is none.
 * @param file - YAML
 * @param user - whose password it is
 * @param replace - whether a user that the file has gets another password
 * @param readPassword - asked once it is clear that the password is stored
 * @param algorithm - of the digest
 * @returns whether the file had the user, and those whose names differ from it in case alone
 * @throws OperatorFault `ENTENTE_USER_EXISTS`, `ENTENTE_USERS_INVALID`
 */
export async function writeUser(
  file: string,
  { realm, username }: FileUser,
  replace: boolean,
  readPassword: () => Promise<string>,
  algorithm: DigestAlgorithm,
): Promise<WrittenUser> {
  const text = (await exists(file)) ? await readText(file) : undefined;
  const document = text === undefined ? new Document({ users: [] }) : readUsers(file, text);
  const list = document.get('users');
  if (!isSeq(list)) throw notUsers(file);
  const index = list.items.findIndex(
    (item) => isMap(item) && item.get('username') === username && item.get('realm') === realm,
  );
  if (index >= 0 && !replace) {
    throw new OperatorFault('ENTENTE_USER_EXISTS', {
      sentence: `the user ${username}@${realm} exists`,
      place: file,
      remedy: 'give --replace to set a new password',
    });
  }
  const password = await readPassword();
  const record = document.createNode(createCredentialRecord({ username, realm, password }, [algorithm]));
  list.flow = false;
  if (index >= 0) list.items[index] = record;
  else list.items.push(record);
  // H(A1) answers challenges as well as the password does.
  await writeWhole(file, withLineEndsOf(text ?? '', document.toString({ lineWidth: 0 })), secretMode);
  const names = list.items.flatMap((item) =>
    isMap(item) && item.get('realm') === realm ? [String(item.get('username'))] : [],
  );
  const others = names.filter((name) => name !== username && name.toLowerCase() === username.toLowerCase());
  return { replaced: index >= 0, differsInCase: others.map((name) => `${name}@${realm}`) };
}

function readUsers(file: string, text: string): Document {
  const document = parseDocument(text);
  if (document.errors.length > 0) throw notUsers(file);
  return document as unknown as Document;
}

function notUsers(file: string): OperatorFault {
  return new OperatorFault('ENTENTE_USERS_INVALID', {
    sentence: 'expected YAML with a list "users"',
    place: file,
    remedy: 'name a file that entente user add wrote, or a new one',
  });
}
