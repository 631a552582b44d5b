import { createServer } from 'node:net';
import { NetworkFolderFault } from './fault.ts';

/**
 * Below the ports that systems hand out to clients by themselves (Linux from 32768, others from 49152), and above 1024: a server that listens
 * there needs no privilege, and finds its port again after it was stopped.
 */
const first = 20_000;
const count = 12_000;

/** The only address that a new network listens on. */
export const loopback = '127.0.0.1';

/**
 * Ports of loopback on which nothing listens now.
 * @param wanted - how many
 * @returns the ports, lowest first, as far as possible one after the other
 * @throws NetworkFolderFault where too few are free
 */
export async function freePorts(wanted: number): Promise<readonly number[]> {
  const from = Math.floor(Math.random() * (count - wanted));
  const ports: number[] = [];
  for (let i = 0; i < count && ports.length < wanted; i += 1) {
    const port = first + ((from + i) % count);
    if (await isFree(port)) ports.push(port);
  }
  if (ports.length < wanted)
    throw new NetworkFolderFault('ENTENTE_NETWORK_PORT_IN_USE', {
      sentence: `expected ${wanted} ports from ${first} on that are free, found ${ports.length}`,
      place: loopback,
      remedy: 'stop some of the programs that listen there',
    });
  return ports.sort((one, other) => one - other);
}

/** Whether a server could listen on a port of loopback. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, loopback, () => server.close(() => resolve(true)));
  });
}
