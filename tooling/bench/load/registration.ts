import { DigestAnswerer, readChallenge } from './digest.ts';
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
 * @param user Address of record.
 * @param parts CSeq, and the response with the challenge that it answers.
 */
export function registration(
  { localPort }: Pick<LoadConnection, 'localPort'>,
  user: string,
  parts: {
    readonly credentials: Credentials;
    readonly number: number;
    readonly answered?: string | undefined;
  },
): string {
  const { answered, credentials, number } = parts;
  const { username } = credentials;
  const uri = `sip:${user.slice(user.indexOf('@') + 1)}`;
  const challenge = answered === undefined ? undefined : readChallenge(answered);
  const authorization =
    challenge === undefined ? '' : new DigestAnswerer(challenge, credentials).answer('REGISTER', uri);
  return (
    `REGISTER ${uri} SIP/2.0\r\n` +
    `Via: SIP/2.0/TLS 127.0.0.1:${localPort};branch=z9hG4bKr${number}${username}\r\n` +
    `From: <${user}>;tag=r${localPort}\r\nTo: <${user}>\r\n` +
    `Call-ID: register-${username}-${localPort}\r\nCSeq: ${number} REGISTER\r\n` +
    `Max-Forwards: 70\r\nContact: <sip:${username}@127.0.0.1:${localPort};transport=tls>\r\n` +
    `Expires: ${expiresSec}\r\n${authorization}Content-Length: 0\r\n\r\n`
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
  let number = firstAgain;
  let isAnswered = false;
  const send = (answered?: string): void => {
    isAnswered = answered !== undefined;
    connection.send(registration(connection, user, { credentials, number: number++, answered }));
  };
  const later = (afterMs: number): void => void setTimeout(send, afterMs).unref();
  // Not all at the same time.
  later(againMs + (connection.localPort % 100) * 1_000);
  return (response) => {
    if (response.startsWith('SIP/2.0 1')) return;
    if (response.startsWith('SIP/2.0 2')) later(againMs);
    else if (!isAnswered && readChallenge(response) !== undefined) send(response);
    else later(retryMs);
  };
}
