import type { IncomingMessage } from 'node:http';
import { type Log, peerOf } from '@entente/tls';
import { links } from '@entente/topology';
import type { AuthorityClient } from '../authority/authority-client.ts';
import type { ServerEvent } from '../authority/event-stream.ts';
import { authorityFailure } from './authority-failure.ts';

const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** Where the authority pushes: a connection of our own is a second way, which a firewall may close for ever. */
const longestRetryBesidePushesMs = 300_000;

/** Whose events are followed, and for what. */
export interface FollowEventsOptions {
  readonly authority: Pick<AuthorityClient, 'events' | 'host' | 'isPushedTo' | 'mayDial' | 'url'>;
  /** Our own FQDN, for the log. */
  readonly fqdn: string;
  /** Called when the stream opens, because something may have happened before, and with each event. */
  readonly onNews: (event?: ServerEvent) => void;
  /** Called where the authority has refused us: it tells nothing more, so why must be found elsewhere. */
  readonly onRefused: () => Promise<void>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Keeps a stream of the authority's events open until the signal aborts. One that ends is opened again, after 0.5 s at first and
 * up to 30 s later, jittered so that the members of a domain do not come back all at once. Where the authority pushes, it may be the only
 * way: then attempts are fewer, and the log has the first failure alone.
 * @param options - whose events, and for what
 */
export async function followEvents(options: FollowEventsOptions): Promise<void> {
  const { authority, log, onNews, signal } = options;
  let retryMs = firstRetryMs;
  let isTold = false;
  while (!signal.aborted) {
    if (!authority.mayDial) {
      await pause(longestRetryMs, signal);
      continue;
    }
    const why = await authority.events({
      onOpen: (incoming) => {
        retryMs = firstRetryMs;
        isTold = false;
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
    const level = isTold && authority.isPushedTo ? 'debug' : 'warn';
    isTold = true;
    log[level]({ event, ...others, peer: authority.url }, `the authority's event stream ended: ${message}`);
    if (event === 'authority-refused-us') await options.onRefused();
    await pause(retryMs * (0.5 + Math.random()), signal);
    retryMs = Math.min(retryMs * 2, authority.isPushedTo ? longestRetryBesidePushesMs : longestRetryMs);
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
