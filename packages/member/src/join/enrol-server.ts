import { createKeyAndRequest, enrol, type JoinToken } from '@entente/pki/client';
import { encodePem } from '@entente/x509';
import { AuthorityClient } from '../authority/authority-client.ts';
import { CredentialFiles } from '../credential/credential-files.ts';
import { MemberFault } from '../files/fault.ts';
import type { MemberFiles, Membership } from '../files/member-files.ts';
import { type ListFetching, openRootTrust } from '../state/domain-trust.ts';
import { fetchPinnedRoot } from './pinned-root.ts';

/** What a first enrolment needs. */
export interface EnrolServerOptions {
  readonly token: JoinToken;
  readonly files: MemberFiles;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The latest time that an authority has signed, from an earlier run; milliseconds since the epoch. */
  readonly latestSigned: number | undefined;
  readonly fetching: ListFetching;
}

/**
 * Requests the first certificate of this server and writes the record of its membership.
 * @param options - token, files, and how the authority is reached
 * @returns the membership, which is on disk
 * @throws MemberFault `ENTENTE_MEMBER_REFUSED`, `ENTENTE_MEMBER_ROOT`, `ENTENTE_MEMBER_UNREACHABLE`; TrustError where the
 * authority does not pass the verdict
 */
export async function enrolServer(options: EnrolServerOptions): Promise<Membership> {
  const { addresses, fetching, files, latestSigned, token } = options;
  const { administratorsHash, authority: url } = token;
  const root = await fetchPinnedRoot(url, addresses.get(new URL(url).hostname), token.rootSpkiHash);
  await using trust = await openRootTrust([root], latestSigned, fetching);
  await using authority = new AuthorityClient({ url, addresses, trust });
  const key = await createKeyAndRequest({ subject: token.server });
  const outcome = await enrol({ token, key, transport: authority.transport });
  if (!outcome.ok) {
    throw new MemberFault('ENTENTE_MEMBER_REFUSED', {
      sentence: `the authority refused: ${outcome.refusal.message} (${outcome.refusal.reason})`,
      place: url,
      remedy: outcome.refusal.remedy,
    });
  }
  await files.write('roots', encodePem('CERTIFICATE', root.der));
  await new CredentialFiles(files, 'internal').replace({
    certificate: outcome.certificate.chainPem,
    key: key.privateKeyPem,
  });
  // Last, because its presence says that this server has joined: a crash before it leaves a server that has not.
  const membership: Membership = { authority: url, administratorsHash };
  await files.writeMembership(membership);
  return membership;
}
