import type { TLSSocket } from 'node:tls';
import { createRequest, parseWire, type SipRequest } from '@entente/sip';
import {
  type EndpointUser,
  type GivenUp,
  type HeldUp,
  MessageBudget,
  type OverloadControl,
  type PeerKind,
  type ServerTransaction,
  type SipConnection,
} from '@entente/sip-endpoint';
import type { Allow } from '@entente/tls';
import { expect } from 'vitest';
import { startServer } from './network.ts';

export const mebibyte = 1_048_576;
const maxBytes = 32 * mebibyte;
let lastId = 0;

/** A request, with as many bytes of body. */
export function wire(method: string, bodyBytes: number): string {
  return createRequest({
    method,
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=1',
    to: '<sip:bob@contoso.example>',
    callId: 'c',
    cseq: 1,
    contact: '<sip:alice@client.invalid>',
    via: `SIP/2.0/TLS client.invalid;branch=z9hG4bK${++lastId}`,
    contentType: 'text/plain',
    body: 'x'.repeat(bodyBytes),
  }).wire;
}

/** Of its text. */
export function messageOf(text: string): SipRequest {
  const parsed = parseWire(text);
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('this is no request');
  return parsed.message;
}

/** Names of fabrikam.example are those of a partner; other names say themselves what they are. */
const allow: Allow = ({ dnsNames: [server = ''] }) => {
  const role = server.endsWith('fabrikam.example') ? 'partner' : roleOf[server.slice(0, 2)];
  return { ok: true, server, ...(role === undefined ? {} : { role }) };
};
const roleOf: Readonly<Record<string, string>> = {
  gw: 'gateway',
  ap: 'trusted-application',
  fe: 'front-end',
};

/** A server that answers nothing, with a small ceiling. */
export async function serverOf(
  more: { readonly overload?: OverloadControl } & Pick<EndpointUser, 'weigh'> = {},
) {
  const budget = new MessageBudget({ maxBytes, maxTransactions: 2_000 });
  const opened: SipConnection[] = [];
  const closed: SipConnection[] = [];
  const givenUp: GivenUp[] = [];
  const waiting: ServerTransaction[] = [];
  const codes: string[] = [];
  const heldUp: HeldUp[] = [];
  const user: EndpointUser = {
    onRequest(transaction) {
      waiting.push(transaction);
      network.onRequest(transaction);
    },
    onAck() {},
    ...(more.weigh === undefined ? {} : { weigh: more.weigh }),
    onConnection: (connection) => opened.push(connection),
    onGivenUp: (why) => givenUp.push(why),
    onHeldUp: (why) => heldUp.push(why),
    onMalformed: ({ code, status }) => codes.push(`${code} ${status}`),
    onClosed: (connection) => closed.push(connection),
  };
  const { overload } = more;
  const server = await startServer(user, { allow, budget, ...(overload === undefined ? {} : { overload }) });
  const network = {
    budget,
    endpoint: server.endpoint,
    onRequest(_transaction: ServerTransaction): void {},
    closed,
    codes,
    givenUp,
    heldUp,
    waiting,
    async connect(
      as: { readonly partner?: string; readonly server?: string; readonly user?: string } = {},
    ): Promise<Peer> {
      const count = opened.length;
      const socket = await server.bare(as.server ?? as.partner);
      await expect.poll(() => opened.length).toBe(count + 1);
      const connection = opened[count] as SipConnection;
      if (as.user !== undefined) connection.prove(as.user);
      return new Peer(socket, connection);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return network;
}

/** Writes whatever it likes, and notes the statuses of what comes back. */
export class Peer {
  readonly socket: TLSSocket;
  readonly connection: SipConnection;
  readonly statuses: number[] = [];
  /** What may be the beginning of a status line: TLS records end anywhere. */
  #rest = '';

  constructor(socket: TLSSocket, connection: SipConnection) {
    this.socket = socket;
    this.connection = connection;
    socket.on('data', (bytes: Buffer) => {
      const text = this.#rest + bytes.toString('latin1');
      let end = 0;
      for (const { 0: line, 1: status, index } of text.matchAll(/SIP\/2\.0 (\d{3}) /g)) {
        this.statuses.push(Number(status));
        end = index + line.length;
      }
      this.#rest = text.slice(Math.max(end, text.length - 'SIP/2.0 200'.length));
    });
  }

  /** Writes, and waits until the server has read all of it, and has done what it does with that at once. */
  async write(bytes: string): Promise<void> {
    const { socket } = this.connection;
    const all = socket.bytesRead + bytes.length;
    this.socket.write(bytes, 'latin1');
    await expect.poll(() => socket.bytesRead >= all || socket.destroyed).toBe(true);
  }
}

/** What peers of a kind have under way is within their part. */
export function expectWithin(budget: MessageBudget, kind: PeerKind, part = 1): void {
  const { bytes, maxBytes, maxTransactions, transactions } = budget.of(kind);
  expect(bytes).toBeLessThanOrEqual(maxBytes * part);
  expect(transactions).toBeLessThanOrEqual(maxTransactions * part);
}

/** Another server sends a call, as it might at any time. */
export async function expectServersServed(network: Awaited<ReturnType<typeof serverOf>>): Promise<void> {
  const waiting = network.waiting.length;
  const other = await network.connect({ server: 'fe2.contoso.example' });
  await other.write(wire('INVITE', mebibyte - 1_000));
  expect(network.waiting).toHaveLength(waiting + 1);
  expect(other.statuses).not.toContain(503);
}
