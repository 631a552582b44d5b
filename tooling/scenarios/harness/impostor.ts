import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import type { TestAuthority, TestCertificate } from '@entente/testkit';
import { Kept } from './kept.ts';

/** A certificate with its chain and its key, PEM. */
export type Shown = Pick<TestCertificate, 'chainPem' | 'keyPem'>;

/** Answers at a port in place of another, and keeps what it is told. */
export interface Impostor extends AsyncDisposable {
  /** Text that peers sent after the handshake. */
  readonly heard: readonly string[];
  /** Whether a peer with this name in its certificate has sent anything, so that it took the impostor for the other. */
  isBelieved(by: string): boolean;
  /** Waits until it has. */
  believed(by: string): Promise<unknown>;
  /**
   * How often it was dialled by somebody with this name in a certificate of this authority. A client of another test may dial the port too, where it
   * was that of a server of its own.
   */
  dialledBy(authority: TestAuthority, name: string): number;
}

/**
 * Starts it. It verifies nobody.
 * @param port - where nobody listens
 * @param certificate - that it shows
 * @param answers - what it answers to a text; default nothing
 * @param address - default 127.0.0.1
 */
export async function startImpostor(
  port: number,
  { chainPem: cert, keyPem: key }: Shown,
  answers: (text: string) => string | undefined = () => undefined,
  address = '127.0.0.1',
): Promise<Impostor> {
  const heard: string[] = [];
  const believers = new Kept<string>();
  const shown: X509Certificate[] = [];
  const open = new Set<tls.TLSSocket>();
  const server = tls.createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    const peer = socket.getPeerX509Certificate();
    if (peer !== undefined) shown.push(peer);
    socket
      .on('error', () => {})
      .on('data', (bytes) => {
        const text = bytes.toString('latin1');
        heard.push(text);
        for (const name of peer?.subjectAltName?.split(', ') ?? []) believers.add(name);
        const answer = answers(text);
        if (answer !== undefined) socket.write(answer, 'latin1');
      });
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, address, resolve);
  });
  return {
    heard,
    isBelieved: (by) => believers.all.includes(`DNS:${by}`),
    believed: (by) => believers.waitFor((name) => name === `DNS:${by}`),
    dialledBy({ certificatePem }, name) {
      const { publicKey } = new X509Certificate(certificatePem);
      return shown.filter((one) => one.checkHost(name) !== undefined && one.verify(publicKey)).length;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/**
 * Dials a port at 127.0.0.1 as somebody who verifies nothing.
 * @param shown - default no certificate
 * @param more - what differs, e.g. `localAddress`
 */
export function dialAt(
  port: number,
  shown?: Shown,
  more: tls.ConnectionOptions & { readonly localAddress?: string } = {},
): tls.TLSSocket {
  const own = shown === undefined ? {} : { cert: shown.chainPem, key: shown.keyPem };
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...own, ...more });
  return socket.on('error', () => {});
}

/** A pong (RFC 5626 §3.5.1), or 200 to a request. */
export function answerTo(text: string): string {
  if (text === '\r\n\r\n') return '\r\n';
  const [head = ''] = text.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  if (!/^[A-Z]+ sips?:/.test(line)) return '';
  const kept = fields.filter((field) => /^(via|from|to|call-id|cseq):/i.test(field));
  const tagged = kept.map((field) =>
    /^to:/i.test(field) && !/;tag=/.test(field) ? `${field};tag=x` : field,
  );
  return ['SIP/2.0 200 OK', ...tagged, 'Content-Length: 0', '', ''].join('\r\n');
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
