import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Caller } from '../src/caller.ts';
import { createRefusalLog } from '../src/refusals.ts';
import { authorityRoutes } from '../src/routes/authority-routes.ts';

/** The routes of an authority behind a socket, with a ledger that answers when it is told to. */
export interface HeldLedger {
  /** Lookups that it has not answered. */
  asked(): number;
  /** Requests that have arrived, or begun to. */
  arrived(): number;
  /** Answers every lookup from now on: it has recorded nothing. */
  release(): void;
  /**
   * Sends a request on a connection of its own.
   * @param caller - who the connection is said to be of: `server NAME`, `administrator NAME` or `nobody ADDRESS`
   * @param headers - of the request
   * @param body - of which `held` octets are not sent
   * @returns the status of the answer
   */
  send(
    caller: string,
    request: string,
    more?: { headers?: string; body?: Uint8Array; held?: number },
  ): Promise<number>;
  close(): Promise<void>;
}

/** Starts one. */
export async function startHeldLedger(): Promise<HeldLedger> {
  let asked = 0;
  let arrived = 0;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const look =
    <T>(answer: T) =>
    async (): Promise<T> => {
      asked += 1;
      await released;
      asked -= 1;
      return answer;
    };
  const ledger = {
    find: look(undefined),
    list: look({ certificates: [] }),
    checkToken: look({ ok: false, reason: 'token-unknown' }),
  };
  const authority = {
    opened: { ledger, issuers: { revokedIds: () => new Set() } },
    issuance: { issuer: { id: '01' }, issue: look(undefined) },
    clock: { now: () => Date.now() },
    revocation: {},
    topologies: { current: { topology: { servers: new Map(), document: contosoDocument } } },
    health: { problems: () => [] },
  };
  const silent = { info() {}, warn() {}, error() {}, debug() {} };
  const app = authorityRoutes({} as never, authority as never, createRefusalLog(silent as never));
  const server = http.createServer(async (incoming, outgoing) => {
    arrived += 1;
    const { method = 'GET', url = '/' } = incoming;
    const request = new Request(`https://ca.contoso.example${url}`, {
      method,
      headers: incoming.headers as Record<string, string>,
      ...(method === 'POST' ? { body: incoming as never, duplex: 'half' } : {}),
    } as RequestInit);
    const answer = await app.fetch(request, { caller: callerOf(String(incoming.headers['x-caller'])) });
    outgoing.writeHead(answer.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked: () => asked,
    arrived: () => arrived,
    release: () => release(),
    send(caller, request, { headers = '', body = new Uint8Array(), held = 0 } = {}) {
      return new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1').once('error', reject);
        socket.once('data', (bytes) => {
          socket.destroy();
          resolve(Number(bytes.toString('latin1').split(' ')[1]));
        });
        const length = body.length === 0 ? '' : `Content-Length: ${body.length}\r\n`;
        socket.write(`${request} HTTP/1.1\r\nHost: x\r\nX-Caller: ${caller}\r\n${length}${headers}\r\n`);
        socket.write(body.subarray(0, body.length - held));
      });
    },
    close() {
      release();
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

const contosoDocument = { administrators: { keys: [{ id: 'alice' }] } };

function callerOf(text: string): Caller {
  const [kind, name = ''] = text.split(' ');
  switch (kind) {
    case 'server':
      return { kind, server: name, serialHex: '0a', names: [name] };
    case 'administrator':
      return { kind, name, serialHex: '0b' };
    default:
      return { kind: 'nobody', address: name };
  }
}
