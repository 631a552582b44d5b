import { formatPosition, parseFeedPage } from '@entente/accounts/feed';
import type { AuthorityClient } from '../authority/authority-client.ts';
import { type AnswerProblem, refusedAnswer } from '../authority/refused-answer.ts';
import { MemberFault } from '../files/fault.ts';
import { authorityFailure } from '../follow/authority-failure.ts';
import { type FeedSource, pageLimit } from './feed-source.ts';

/** What the feed of an authority is read with. */
export interface AuthorityFeedOptions {
  readonly authority: Pick<AuthorityClient, 'get' | 'url'>;
  /** Calls a listener when there may be news; returns what ends it. */
  readonly onNews: FeedSource['onNews'];
}

/**
 * The feed of accounts of our authority. Whether it answers is not asked here: a member that hears nothing of its authority for too long
 * believes nothing of it any more, the topology included.
 * @param options - the authority, and who announces its news
 */
export function authorityFeed({ authority, onNews }: AuthorityFeedOptions): FeedSource {
  const { url: place } = authority;
  const unreadable = (
    sentence: string,
    remedy = 'look at the log of the authority, and compare its version with that of this server',
  ): MemberFault => {
    const cause: AnswerProblem = { status: 200, reason: 'accounts-invalid' };
    return new MemberFault('ENTENTE_MEMBER_ANSWER', {
      sentence: `/accounts/feed: ${sentence}`,
      place,
      remedy,
      cause,
    });
  };
  return {
    place,
    onNews,
    failure: authorityFailure,
    standing: () => ({ ok: true }),
    unreadable,
    async page(since, signal) {
      const path = `/accounts/feed?limit=${pageLimit}${since === undefined ? '' : `&since=${formatPosition(since)}`}`;
      const response = await authority.get(path, signal);
      if (response.status !== 200) {
        const fault = await refusedAnswer(place, '/accounts/feed', response);
        if ((fault.cause as AnswerProblem).reason === 'position-lost') return 'lost';
        throw fault;
      }
      const text = await response.text();
      const page = parseFeedPage(text);
      if (page === undefined) throw unreadable('expected a page of accounts, found something else');
      return { page, text };
    },
  };
}
