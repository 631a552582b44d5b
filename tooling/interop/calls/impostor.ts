import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import type { Network } from '@entente/testkit';

/** A server with a valid certificate of the organisation's CA for another name than the one that is asked for. */
export interface Impostor extends AsyncDisposable {
  readonly port: number;
  /** Bytes that came through TLS. */
  readonly received: number;
}

/**
 * Starts an impostor: what verifies the name of a server sends it nothing.
 *
 * @param network - its CA issues the certificate
 */
export async function startImpostor(network: Network): Promise<Impostor> {
  const certificate = await network.insider.issue({
    dnsNames: [`rogue.${network.organisation.domain}`],
    crlUrl: network.crlUrl,
  });
  let received = 0;
  const server = tls.createServer({ cert: certificate.chainPem, key: certificate.keyPem }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes.length;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return received;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
