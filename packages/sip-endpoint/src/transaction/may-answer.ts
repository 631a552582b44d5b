import type { SipConnection } from '../connection/connection.ts';

/**
 * A response counts on the connection that its request went out on: nobody else can answer for that peer. A client without certificate may
 * answer over another connection from the same address, as one does that has opened a second one to the name in our Via (RFC 3261 §18.1.2
 * matches by branch alone): it has the branch, which nobody can guess.
 */
export function mayAnswer(asked: SipConnection, answering: SipConnection): boolean {
  if (asked === answering) return true;
  if (!isClientHere(asked) || !isClientHere(answering) || asked.link.row !== answering.link.row) return false;
  return asked.source !== undefined && asked.source.address === answering.source?.address;
}

function isClientHere({ openedByUs, server }: SipConnection): boolean {
  return server === undefined && !openedByUs;
}
