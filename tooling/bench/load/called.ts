import { setTimeout as pause } from 'node:timers/promises';
import { DigestAnswerer, readChallenge } from './digest.ts';
import { firstLine, LoadConnection } from './load-connection.ts';
import type { Credentials, LoadPair, LoadTls } from './order.ts';
import { registration, stayRegistered } from './registration.ts';

/**
 * The side that answers: registers where it is a user, then says 200 to everything, by slicing the request, and 180 before it to INVITE.
 * It relies on the order in which the callers write their headers (Via, From, To, Call-ID, CSeq), which a proxy leaves alone.
 */
export async function openCalled(tls: LoadTls, pair: LoadPair): Promise<LoadConnection> {
  const connection = await LoadConnection.open(tls);
  if (pair.registers !== undefined) await register(connection, tls, pair.to, pair.registers);
  const registered =
    pair.registers === undefined ? () => {} : stayRegistered(connection, pair.to, pair.registers);
  connection.receive = (message) => {
    if (message.startsWith('ACK ')) return;
    if (message.startsWith('SIP/2.0 ')) return registered(message);
    if (message.startsWith('INVITE ')) connection.send(answer(message, '180 Ringing', connection.localPort));
    connection.send(answer(message, '200 OK', connection.localPort));
  };
  return connection;
}

/**
 * RFC 3261 §12.1.1: what answers an INVITE carries its Record-Route, once each, and a Contact. A proxy may have put it among the fields
 * that are taken over as they are, or behind them.
 */
function answer(request: string, status: string, port: number): string {
  const start = request.indexOf('\r\n');
  const callId = request.indexOf('\r\nCall-ID: ', start);
  const cseqEnd = request.indexOf('\r\n', request.indexOf('\r\nCSeq: ', callId) + 2);
  const dialog = request.startsWith('INVITE ')
    ? `${recorded(request.slice(cseqEnd))}\r\nContact: <sip:called@127.0.0.1:${port};transport=tls>`
    : '';
  const to = request.slice(start, callId).includes(';tag=load') ? '' : ';tag=load';
  return `SIP/2.0 ${status}${request.slice(start, callId)}${to}${request.slice(callId, cseqEnd)}${dialog}\r\nContent-Length: 0\r\n\r\n`;
}

function recorded(request: string): string {
  return (request.slice(0, request.indexOf('\r\n\r\n')).match(/\r\nRecord-Route: [^\r]*/g) ?? []).join('');
}

/** RFC 3261 §17.1.2.2: timer F. */
const answerMs = 32_000;

/** How often a server may say that it has too much to do before anything is measured. */
const mostRefusals = 10;

/**
 * Asks before anything is measured. Where the server has too much to do, it is asked again after the seconds that it says (RFC 3261 §21.5.4):
 * others may use the machine.
 *
 * @param ask Sends a request and takes its final response; told how often it was refused, from 0.
 * @returns The first response that says something else, or the last one.
 */
export async function askUntilTaken(ask: (refusals: number) => Promise<string>): Promise<string> {
  for (let refusals = 0; ; refusals++) {
    const response = await ask(refusals);
    if (refusals === mostRefusals || !response.startsWith('SIP/2.0 503')) return response;
    const [, seconds = '1'] = /\r\nRetry-After: *(\d{1,2})/i.exec(response) ?? [];
    await pause(Number(seconds) * 1_000);
  }
}

/**
 * Registers a user on a connection, as patiently as {@link askUntilTaken}.
 *
 * @param user Address of record.
 * @throws Error when the server does not answer 200.
 */
export async function register(
  connection: LoadConnection,
  tls: LoadTls,
  user: string,
  credentials: Credentials,
): Promise<void> {
  const response = await askUntilTaken((attempt) =>
    askToRegister(connection, user, credentials, 1 + 2 * attempt),
  );
  if (!response.startsWith('SIP/2.0 200'))
    throw new Error(`${user} cannot register at ${tls.servername}: ${firstLine(response)}`);
}

/**
 * Sends REGISTER, and again with the answer to a challenge.
 *
 * @param cseq Of the first one; the second has the next number.
 * @returns The final response.
 */
export async function askToRegister(
  connection: LoadConnection,
  user: string,
  credentials: Credentials,
  cseq: number,
): Promise<string> {
  const ask = (number: number, answerer?: DigestAnswerer): Promise<string> =>
    connection.exchange(registration(connection, user, credentials, number, answerer), answerMs);
  const response = await ask(cseq);
  const challenge = readChallenge(response);
  return challenge === undefined ? response : ask(cseq + 1, new DigestAnswerer(challenge, credentials));
}
