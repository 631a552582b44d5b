import { enrol, type JoinToken } from '@entente/pki/client';
import { AuthorityClient } from '../authority/authority-client.ts';
import type { MemberFiles, Membership } from '../files/member-files.ts';
import { type ListFetching, openRootTrust } from '../state/domain-trust.ts';
import { becomeMember } from './become-member.ts';
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
  const { authority: url, rootSpkiHash } = token;
  return becomeMember({
    token,
    files,
    fetchRoot: () => fetchPinnedRoot(url, addresses.get(new URL(url).hostname), rootSpkiHash),
    async ask(key, root) {
      await using trust = await openRootTrust([root], latestSigned, fetching);
      await using authority = new AuthorityClient({ url, addresses, trust });
      return await enrol({ token, key, transport: authority.enrolTransport });
    },
  });
}
