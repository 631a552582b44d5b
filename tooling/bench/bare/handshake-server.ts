import { constants } from 'node:crypto';
import { createServer } from 'node:tls';
import type { HandshakeServerOrder, ServerUsage } from '../handshake/order.ts';

/**
 * The bare platform: a mutual-TLS server of node:tls that believes whom OpenSSL believes, without revocation and without names.
 * It imports no product code. It gives out no tickets either, so that both servers do the same work on the wire.
 */
let answered = 0;
let port = 0;
const open = new Set<unknown>();

function usage(): ServerUsage {
  const { user, system } = process.cpuUsage();
  return {
    port,
    cpuMicros: user + system,
    answered,
    open: open.size,
    residentBytes: process.memoryUsage.rss(),
  };
}

process.once('message', (order: HandshakeServerOrder) => {
  const { asksForCertificates = true } = order;
  const server = createServer(
    {
      cert: order.certificatePem,
      key: order.keyPem,
      ca: order.anchorPem,
      requestCert: asksForCertificates,
      rejectUnauthorized: asksForCertificates,
      minVersion: 'TLSv1.3',
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    },
    (socket) => {
      answered += 1;
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
      socket.write('.');
      socket.resume();
    },
  );
  server.listen(0, '127.0.0.1', () => {
    ({ port } = server.address() as { port: number });
    process.on('message', () => process.send?.(usage()));
    process.send?.(usage());
  });
});
process.once('disconnect', () => process.exit(0));
