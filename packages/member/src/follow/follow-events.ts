import type { IncomingMessage } from 'node:http';
import { type Log, peerOf } from '@entente/tls';
import { links } from '@entente/topology';
import type { AuthorityClient } from '../authority/authority-client.ts';
import type { ServerEvent } from '../authority/event-stream.ts';
import { authorityFailure } from './authority-failure.ts';

const firstRetryMs = 500;
const longestRetryMs = 30_000;

/** Whose events are followed, and for what. */
export interface FollowEventsOptions {
  readonly authority: Pick<AuthorityClient, 'events' | 'host' | 'url'>;
  /** Our own FQDN, for the log. */
  readonly fqdn: string;
  /** Called when the stream opens, because something may have happened before, and with each event. */
  readonly onNews: (event?: ServerEvent) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Keeps a stream of the authority's events open until the signal aborts. One that ends is opened again, after 0.5 s at first and
 * up to 30 s later, jittered so that the members of a domain do not come back all at once.
 * @param options - whose events, and for what
 */
export async function followEvents(options: FollowEventsOptions): Promise<void> {
  const { authority, log, onNews, signal } = options;
  let retryMs = firstRetryMs;
  while (!signal.aborted) {
    const why = await authority.events({
      onOpen: (incoming) => {
        retryMs = firstRetryMs;
        logLink(options, incoming);
        onNews();
      },
      onEvent: onNews,
    });
    if (signal.aborted) return;
    const {
      fields: { event, ...others },
      message,
    } = authorityFailure(why);
    log.warn({ event, ...others, peer: authority.url }, `the authority's event stream ended: ${message}`);
    await pause(retryMs * (0.5 + Math.random()), signal);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}

function logLink({ authority, fqdn, log }: FollowEventsOptions, incoming: IncomingMessage): void {
  const peer = peerOf(incoming);
  if (peer === undefined) return;
  const link = links.memberToAuthority;
  log.info(
    {
      event: 'link',
      link: link.row,
      from: fqdn,
      to: authority.host,
      protection: link.protection,
      tls: peer.protocol,
      cipher: peer.cipher,
    },
    `${link.name}: ${authority.host}`,
  );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      // A long outage means many pauses: none leaves its listener behind.
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
