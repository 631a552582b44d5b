import { account } from './mediation-network.ts';
import type { AskOptions } from './server-peer.ts';

export const alice = account('alice', { number: '+49301001', rights: ['dial-outside'] });
export const bob = account('bob', { number: '+49301002' });
export const carol = account('carol', { number: '+49301003', rights: ['dial-outside'], state: 'disabled' });
export const dave = account('dave', { rights: ['dial-outside'] });

/** What the front end sends of a user. */
export const of = (user: { readonly address: string }, options: AskOptions = {}): AskOptions => ({
  from: `sip:${user.address}`,
  ...options,
  headers: { 'P-Asserted-Identity': `<sip:${user.address}>`, ...(options.headers as object) },
});
