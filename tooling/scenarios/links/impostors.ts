import { EventEmitter, once } from 'node:events';
import tls from 'node:tls';

/** A certificate with its chain and its key, PEM. */
export interface Shown {
  readonly cert: string;
  readonly key: string;
}

/** Where a server of the topology would listen. */
export interface Place {
  readonly fqdn: string;
  readonly address: string;
  readonly port: number;
}

/** Listeners in the place of servers that do not run. They verify nobody, and answer whatever they are asked. */
export interface Impostors extends AsyncDisposable {
  /** Whether a server has sent anything to the one in the place of a peer, so that it took it for that peer. */
  isBelieved(peer: string, by: string): boolean;
  /** Waits until it has. */
  believed(peer: string, by: string): Promise<void>;
}

/**
 * Listens in the place of servers.
 * @param places - of which
 * @param shows - what each shows, by the server in whose place it is
 */
export async function openImpostors(
  places: readonly Place[],
  shows: ReadonlyMap<string, Shown>,
): Promise<Impostors> {
  const believers = new Map<string, Set<string>>();
  const news = new EventEmitter().setMaxListeners(0);
  const isBelieved = (peer: string, by: string): boolean => believers.get(peer)?.has(`DNS:${by}`) === true;
  const sockets = new Set<tls.TLSSocket>();
  const listeners = await Promise.all(
    places.map(async ({ address, fqdn, port }) => {
      const heard = new Set<string>();
      believers.set(fqdn, heard);
      const options = { ...shows.get(fqdn), requestCert: true, rejectUnauthorized: false };
      const listener = tls.createServer(options, (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        socket.on('error', () => {});
        const names = socket.getPeerCertificate().subjectaltname ?? '';
        socket.on('data', (bytes) => {
          for (const name of names.split(', ')) heard.add(name);
          news.emit('heard');
          socket.write(answerTo(bytes.toString('utf8')));
        });
      });
      listener.on('tlsClientError', () => {});
      listener.listen(port, address);
      await once(listener, 'listening');
      return listener;
    }),
  );
  return {
    isBelieved,
    async believed(peer, by) {
      while (!isBelieved(peer, by)) await once(news, 'heard');
    },
    async [Symbol.asyncDispose]() {
      const closed = listeners.map((listener) => new Promise((resolve) => listener.close(resolve)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
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
