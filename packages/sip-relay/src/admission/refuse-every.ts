import type { RequestRefusal } from '@entente/sip-proxy';
import { accountsStale } from './accounts-stale.ts';
import { ownCertificateOver } from './own-certificate-over.ts';

/** What a server knows of itself, by which it may have to refuse whatever comes. */
export interface OwnStanding {
  /** Where there are accounts: whether nothing has confirmed them for too long. */
  readonly accounts?: { readonly isStale: boolean } | undefined;
  /** Whether the certificate of this server is over, so that no other takes anything from it; default it never is. */
  readonly isOver?: (() => boolean) | undefined;
}

/**
 * Why a server accepts no request at all at this moment.
 * @param standing - of the server
 * @returns undefined where it does its work
 */
export function refuseEvery({ accounts, isOver }: OwnStanding): RequestRefusal | undefined {
  if (isOver?.() === true) return ownCertificateOver;
  return accounts?.isStale === true ? accountsStale : undefined;
}
