import { type JoinToken, parseJoinToken } from '@entente/pki/client';
import { MemberFault } from '../files/fault.ts';

/**
 * Reads the join token of a server.
 * @param text - as pasted; `undefined` where the configuration has none
 * @param fqdn - the server
 * @param directory - named in the fault where there is no token
 * @throws MemberFault `ENTENTE_MEMBER_NO_TOKEN`, `ENTENTE_MEMBER_TOKEN`
 */
export function readToken(text: string | undefined, fqdn: string, directory: string): JoinToken {
  if (text === undefined) {
    throw new MemberFault('ENTENTE_MEMBER_NO_TOKEN', {
      sentence: `${fqdn} has not joined yet and has no join token`,
      place: directory,
      remedy: 'ask an administrator for a join token for this server and give it as "join.token"',
    });
  }
  return checkToken(text, fqdn);
}

/**
 * Checks the form of a join token, and whom it is for. Whether it is still valid only the authority knows, and a server that has joined needs
 * none.
 * @param text - as pasted
 * @param fqdn - the server
 * @throws MemberFault `ENTENTE_MEMBER_TOKEN`
 */
export function checkToken(text: string, fqdn: string): JoinToken {
  const parsed = parseJoinToken(text);
  if (!parsed.ok) {
    throw new MemberFault('ENTENTE_MEMBER_TOKEN', {
      sentence: parsed.refusal.message,
      place: 'the join token',
      remedy: parsed.refusal.remedy,
    });
  }
  if (parsed.token.server !== fqdn) {
    throw new MemberFault('ENTENTE_MEMBER_TOKEN', {
      sentence: `the join token is for ${parsed.token.server}, this server is ${fqdn}`,
      place: 'the join token',
      remedy: 'use the token that was created for this server, or correct "fqdn"',
    });
  }
  return parsed.token;
}
