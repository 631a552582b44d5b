import { once } from 'node:events';
import type { Socket } from 'node:net';
import { withMethods } from '@entente/options';
import { TlsFault } from '../fault/fault.ts';
import { checks } from '../options/checks.ts';

/** SSLRequest: length and code (PostgreSQL, frontend/backend protocol, message formats). */
const request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const agreed = 'S'.charCodeAt(0);
const aSocket = withMethods(
  'an open TCP connection, as trustedStream gives it to agree',
  'write',
  'pause',
  'once',
);

/**
 * Agrees with a PostgreSQL server on TLS, for the option `agree` of `trustedStream`.
 *
 * @param socket - a TCP connection on which nothing was sent yet
 * @throws TlsFault `ENTENTE_HANDSHAKE_FAILED` where the server speaks no TLS, or sends more than its answer in the clear, which
 * anybody on the way may have added (CVE-2021-23222); `ENTENTE_OPTION_INVALID` where it is given something else than a connection
 */
export async function postgresTls(socket: Socket): Promise<void> {
  aSocket.read(socket, checks.optionsOf('postgresTls').within('first argument'));
  socket.write(request);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  if (answer.length === 1 && answer[0] === agreed) return;
  const found = answer.length === 1 ? 'a refusal' : `${answer.length} bytes in the clear`;
  throw new TlsFault('ENTENTE_HANDSHAKE_FAILED', {
    sentence: `expected a PostgreSQL server that agrees on TLS, found ${found}`,
    place: `${socket.remoteAddress}:${socket.remotePort}`,
    remedy: 'set `ssl = on` at the server, with ssl_cert_file and ssl_key_file',
  });
}
