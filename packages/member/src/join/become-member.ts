import { type EnrolmentOutcome, type JoinToken, type KeyAndRequest, pinnedRoot } from '@entente/pki/client';
import { type Certificate, encodePem } from '@entente/x509';
import { CredentialFiles } from '../credential/credential-files.ts';
import { requestCertificate } from '../credential/request-certificate.ts';
import type { MemberFiles, Membership } from '../files/member-files.ts';

/** A first enrolment, however the authority is reached. */
export interface BecomeMemberOptions {
  readonly token: JoinToken;
  readonly files: MemberFiles;
  /** Fetches the root that the token names. */
  readonly fetchRoot: () => Promise<Certificate>;
  /** Asks the authority, which the root has certified, with the token. */
  readonly ask: (key: KeyAndRequest, root: Certificate) => Promise<EnrolmentOutcome>;
}

/**
 * Takes a server from its token to its membership. The key is on disk before the token is used, and the authority certifies for
 * a token one key only, as often as it is asked: so after a crash at any moment, or a lost answer, the same call goes on where the last
 * one ended.
 * @param options - token, files, and how the authority is reached
 * @returns the membership, which is on disk
 * @throws MemberFault `ENTENTE_MEMBER_REFUSED`, and whatever `fetchRoot` and `ask` throw
 */
export async function becomeMember({
  ask,
  fetchRoot,
  files,
  token,
}: BecomeMemberOptions): Promise<Membership> {
  const credentialFiles = new CredentialFiles(files, 'internal');
  if (!(await hasAnswer(files, credentialFiles, token))) {
    const root = await fetchRoot();
    const pair = await requestCertificate({
      subject: token.server,
      files: credentialFiles,
      authority: token.authority,
      ask: (key) => ask(key, root),
    });
    await files.write('roots', encodePem('CERTIFICATE', root.der));
    await credentialFiles.replace(pair);
  }
  // Last, because its presence says that this server has joined: a crash before it leaves a server that has not.
  const { administratorsHash, authority } = token;
  const membership: Membership = { authority, administratorsHash };
  await files.writeMembership(membership);
  await credentialFiles.dropNextKey();
  return membership;
}

/** Whether an earlier run has stored the answer already: the token may have expired since. */
async function hasAnswer(
  files: MemberFiles,
  credentialFiles: CredentialFiles,
  token: JoinToken,
): Promise<boolean> {
  const key = await credentialFiles.nextKey();
  const roots = await files.read('roots');
  if (key === undefined || roots === undefined || pinnedRoot(roots, token.rootSpkiHash) === undefined)
    return false;
  await using credential = await credentialFiles.load();
  return credential?.current.keyPem === key;
}
