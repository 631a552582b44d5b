import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import type { TestAuthority, TestCertificate } from '@entente/testkit';

/** Answers at a port in place of another, and keeps what it is told. */
export interface Impostor extends AsyncDisposable {
  /** Text that a peer sent after the handshake. */
  readonly heard: readonly string[];
  /**
   * How often it was dialled by somebody with a certificate of this authority. A client of another test may dial the port too, where it was that of a
   * server of its own.
   */
  readonly dialledBy: (authority: TestAuthority) => number;
}

/**
 * Starts it.
 * @param port - at 127.0.0.1, where nobody listens
 * @param certificate - that it shows
 * @param answers - what it answers to a text; default nothing
 */
export async function startImpostor(
  port: number,
  certificate: TestCertificate,
  answers: (text: string) => string | undefined = () => undefined,
): Promise<Impostor> {
  const heard: string[] = [];
  const shown: X509Certificate[] = [];
  const open = new Set<tls.TLSSocket>();
  const own = { cert: certificate.chainPem, key: certificate.keyPem };
  const asking = { ...own, requestCert: true, rejectUnauthorized: false };
  const server = tls.createServer(asking, (socket) => {
    open.add(socket);
    const peer = socket.getPeerX509Certificate();
    if (peer !== undefined) shown.push(peer);
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        const text = bytes.toString('latin1');
        heard.push(text);
        const answer = answers(text);
        if (answer !== undefined) socket.write(answer, 'latin1');
      });
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    heard,
    dialledBy({ certificatePem }) {
      const { publicKey } = new X509Certificate(certificatePem);
      return shown.filter((one) => one.verify(publicKey)).length;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Dials a port as somebody who verifies nothing, with a certificate or none. */
export function dialAt(port: number, certificate?: TestCertificate): tls.TLSSocket {
  const shown = certificate === undefined ? {} : { cert: certificate.chainPem, key: certificate.keyPem };
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...shown });
  return socket.on('error', () => {});
}

/** Sends a request, waits for the status of the first answer that is final, and closes the connection. */
export async function finalStatus(socket: tls.TLSSocket, wire: string): Promise<number> {
  return Number(final.exec(await finalAnswer(socket, wire))?.[1]);
}

const final = /^SIP\/2\.0 ([2-6]\d\d) /m;

/** The same, with all that was answered until the end of that answer. */
export async function finalAnswer(socket: tls.TLSSocket, wire: string): Promise<string> {
  try {
    return await new Promise((resolve, reject) => {
      let heard = '';
      socket.on('data', (bytes) => {
        heard += bytes.toString('latin1');
        const found = final.exec(heard);
        if (found !== null && heard.includes('\r\n\r\n', found.index)) resolve(heard);
      });
      socket.once('close', () => reject(new Error(`closed without an answer: ${heard}`)));
      socket.write(wire, 'latin1');
    });
  } finally {
    socket.destroy();
  }
}
