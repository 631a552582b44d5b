import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';
import { refused } from '../check-options.ts';

/**
 * Below the ports that systems hand out by themselves (Linux from 32768, others from 49152): no connection of another
 * process gets one of these between now and the start of the server that it is for.
 */
const first = 20_000;
const count = 12_000;

/**
 * The reservations of this process. UDP has port numbers of its own, so the UDP port of the same number is a lock that
 * other processes respect and that the system takes back however this process ends.
 */
const reserved: Socket[] = [];

/**
 * TCP ports of 127.0.0.1 that are free, and that no other process which asks here gets while this one runs.
 *
 * @param wanted - how many
 * @param from - where the search begins; default anywhere
 */
export async function freePorts(
  wanted: number,
  from = first + Math.floor(Math.random() * count),
): Promise<number[]> {
  if (!Number.isSafeInteger(wanted) || wanted < 0)
    throw refused(`wanted of freePorts to be a whole number from 0, found ${wanted}`);
  const ports: number[] = [];
  for (let i = 0; i < count && ports.length < wanted; i += 1) {
    const port = first + ((from - first + i) % count);
    if (await reserve(port)) ports.push(port);
  }
  if (ports.length < wanted) throw new Error(`${ports.length} of ${wanted} ports are free from ${first} on`);
  return ports;
}

async function reserve(port: number): Promise<boolean> {
  const lock = await lockOf(port);
  if (lock === undefined) return false;
  if (await isFree(port)) {
    reserved.push(lock);
    return true;
  }
  lock.close();
  return false;
}

function lockOf(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(undefined));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref();
      resolve(socket);
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
