import { createServer, type Server, type TLSSocket } from 'node:tls';
import { GatheredWriter } from '../load/gathered-writer.ts';
import { MessageCutter } from '../load/message-cutter.ts';
import { obey } from '../process/obey.ts';

/**
 * The bare platform: a relay between mutual-TLS connections with nothing of SIP in it but the cut between messages.
 * It imports no product code. What a real proxy adds to this is what the benchmark measures.
 *
 * Two ports; the n-th connection on the one is joined with the n-th on the other.
 */
export interface RelayOrder {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly anchorPem: string;
}

/** What the relay answers when it listens. */
export interface RelayPorts {
  readonly callerPort: number;
  readonly calledPort: number;
}

obey(start);

async function start(order: RelayOrder): Promise<RelayPorts> {
  const callers: TLSSocket[] = [];
  const called: TLSSocket[] = [];
  const arrive = (queue: TLSSocket[], socket: TLSSocket): void => {
    socket.setNoDelay(true);
    // Nothing is lost: without a reader the socket holds what arrives.
    queue.push(socket);
    const caller = callers[0];
    const answerer = called[0];
    if (caller === undefined || answerer === undefined) return;
    callers.shift();
    called.shift();
    join(caller, answerer);
  };
  return {
    callerPort: await listen(order, (socket) => arrive(callers, socket)),
    calledPort: await listen(order, (socket) => arrive(called, socket)),
  };
}

function join(one: TLSSocket, other: TLSSocket): void {
  relay(one, other);
  relay(other, one);
}

function relay(from: TLSSocket, to: TLSSocket): void {
  const writer = new GatheredWriter(to);
  const cutter = new MessageCutter((message) => writer.write(message));
  from.on('data', (chunk: Buffer) => cutter.push(chunk));
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

function listen(order: RelayOrder, connected: (socket: TLSSocket) => void): Promise<number> {
  const server: Server = createServer({
    cert: order.certificatePem,
    key: order.keyPem,
    ca: order.anchorPem,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  });
  server.on('secureConnection', connected);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}
