import { type Challenge, DigestAnswerer, readChallenge } from './digest.ts';
import type { LoadConnection } from './load-connection.ts';
import type { Credentials } from './order.ts';

const expiresSec = 3_600;
/** A telephone registers again long before its registration ends; the measurements that last an hour need it too. */
const againMs = 1_200_000;
/** Where it was refused. */
const retryMs = 5_000;
/** CSeq of the first one that is sent again: far beyond those with which a connection begins. */
const firstAgain = 1_000;

/**
 * A REGISTER of a user for a connection.
 *
 * @param user - address of record
 * @param answerer - answers the challenge of a response
 */
export function registration(
  { localPort }: Pick<LoadConnection, 'localPort'>,
  user: string,
  { username }: Credentials,
  cseq: number,
  answerer?: DigestAnswerer,
): string {
  const uri = `sip:${user.slice(user.indexOf('@') + 1)}`;
  return (
    `REGISTER ${uri} SIP/2.0\r\n` +
    `Via: SIP/2.0/TLS 127.0.0.1:${localPort};branch=z9hG4bKr${cseq}${username}\r\n` +
    `From: <${user}>;tag=r${localPort}\r\nTo: <${user}>\r\n` +
    `Call-ID: register-${username}-${localPort}\r\nCSeq: ${cseq} REGISTER\r\n` +
    `Max-Forwards: 70\r\nContact: <sip:${username}@127.0.0.1:${localPort};transport=tls>\r\n` +
    `Expires: ${expiresSec}\r\n${answerer?.answer('REGISTER', uri) ?? ''}Content-Length: 0\r\n\r\n`
  );
}

/**
 * Registers a user again and again on a connection over which other things come as well.
 *
 * @returns Takes each response that comes over the connection.
 */
export function stayRegistered(
  connection: Pick<LoadConnection, 'localPort' | 'send'>,
  user: string,
  credentials: Credentials,
): (response: string) => void {
  let cseq = firstAgain;
  let isAnswered = false;
  const send = (challenge?: Challenge): void => {
    isAnswered = challenge !== undefined;
    const answerer = challenge && new DigestAnswerer(challenge, credentials);
    connection.send(registration(connection, user, credentials, cseq++, answerer));
  };
  const later = (afterMs: number): void => void setTimeout(() => send(), afterMs).unref();
  // Not all at the same time.
  later(againMs + (connection.localPort % 100) * 1_000);
  return (response) => {
    if (response.startsWith('SIP/2.0 1')) return;
    const challenge = isAnswered ? undefined : readChallenge(response);
    if (response.startsWith('SIP/2.0 2')) later(againMs);
    else if (challenge !== undefined) send(challenge);
    else later(retryMs);
  };
}
