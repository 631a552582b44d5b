import { constants } from 'node:crypto';
import { createServer } from 'node:tls';
import type { HandshakeServerOrder, ServerUsage } from '../handshake/order.ts';
import { obey } from '../process/obey.ts';
import { cpuMicros } from '../process/processor-time.ts';

/**
 * The bare platform: a mutual-TLS server of node:tls that believes whom OpenSSL believes, without revocation and without names.
 * It imports no product code. It gives out no tickets either, so that both servers do the same work on the wire.
 */
let answered = 0;
let port = 0;

obey(async (order: HandshakeServerOrder | 'usage'): Promise<ServerUsage> => {
  if (order !== 'usage') port = await listen(order);
  return { port, cpuMicros: cpuMicros(), answered, residentBytes: process.memoryUsage.rss() };
});

function listen(order: HandshakeServerOrder): Promise<number> {
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
      socket.on('error', () => {});
      socket.write('.');
      socket.resume();
    },
  );
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}
