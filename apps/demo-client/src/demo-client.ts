import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Logger } from '@entente/host';
import { type Call, type IncomingCall, UserAgent } from '@entente/sip-endpoint';
import { connect, isTrustError, openTrust, peerOf, type Trust } from '@entente/tls';
import { type Link, links } from '@entente/topology';
import { type Command, readCommand } from './command.ts';
import type { DemoClientConfig } from './config.ts';

/** A user agent that does what its standard input says, one JSON command a line, and logs what happens. */
export interface DemoClient extends AsyncDisposable {
  /** @param line - one command, see `command.ts` */
  run(line: string): Promise<void>;
}

/** Octets of master key and salt of AES_CM_128_HMAC_SHA1_80 (RFC 4568 §6.2). */
const srtpKeyOctets = 30;

/**
 * The only media this client has: none, on hold. Enough to show that a body passes unchanged. It names SRTP with a key of its own, as the
 * federation requires.
 */
function onHold() {
  const body = [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 9 RTP/SAVP 0',
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${randomBytes(srtpKeyOctets).toString('base64')}`,
    'a=inactive',
    '',
  ].join('\r\n');
  return { contentType: 'application/sdp', body };
}

/**
 * Starts the client: opens its trust; connects at the first command.
 * @param config - see `config.ts`
 * @param parts - where the trust anchors are, the log, where commands come from
 */
export async function createDemoClient(
  config: DemoClientConfig,
  parts: { readonly anchors: string; readonly logger: Logger; readonly commands?: Readable },
): Promise<DemoClient> {
  const addresses = new Map(Object.entries(config.addresses));
  const trust = await openTrust({
    anchors: parts.anchors,
    fetch: {
      hosts: [],
      privateHosts: [...addresses.keys()],
      lookUp: async (host) => (addresses.has(host) ? [addresses.get(host) as string] : []),
    },
  });
  const client = new Client(config, trust, parts.logger);
  if (parts.commands !== undefined) {
    // One after the other: a message waits for the registration that stands before it.
    let before: Promise<void> = Promise.resolve();
    createInterface({ input: parts.commands }).on('line', (line) => {
      before = before.then(() => client.run(line));
    });
  }
  return client;
}

class Client implements DemoClient {
  readonly #trust: Trust;
  readonly #logger: Logger;
  readonly #agent: UserAgent;
  readonly #link: Link;
  #call: Call | undefined;

  constructor(config: DemoClientConfig, trust: Trust, logger: Logger) {
    this.#trust = trust;
    this.#logger = logger;
    this.#link = config.server.role === 'edge' ? links.clientToEdge : links.clientToFrontEnd;
    const [username = '', domain = ''] = config.user.split('@');
    const asked = config.server.domain ?? domain;
    this.#agent = new UserAgent({
      addressOfRecord: `sip:${config.user}`,
      credentials: { secret: { username, password: config.password } },
      server: { name: asked, address: config.server.address, port: config.server.port, link: this.#link },
      newToken: () => randomBytes(12).toString('hex'),
      dial: async (hop) => {
        const socket = await connect({
          host: hop.address,
          port: hop.port,
          trust,
          expect: { mode: 'sip-domain', domain: hop.name },
          // The configured name is all that a client knows: a server that proves it is accepted.
          allow: [hop.name],
          link: { name: hop.link.name, interface: 'internal' },
        });
        const peer = peerOf(socket);
        logger.info(
          {
            event: 'connected',
            link: hop.link.row,
            peer: hop.name,
            protection: peer?.protection,
            tls: peer?.protocol,
            cipher: peer?.cipher,
            certificate: { names: peer?.peer?.dnsNames, issuer: peer?.peer?.issuer },
          },
          `connected to ${hop.name}`,
        );
        return { socket, link: hop.link };
      },
      events: {
        onMessage: ({ from, text }) => logger.info({ event: 'message', from, text }, `message from ${from}`),
        onCall: (call) => this.#answer(call),
        onDisconnected: () => logger.warn({ event: 'disconnected' }, 'the connection was closed'),
        onRegistration: ({ state }) =>
          logger.info({ event: 'registration', state }, `registration: ${state}`),
      },
    });
  }

  async run(line: string): Promise<void> {
    const read = readCommand(line);
    if (!read.ok) {
      this.#logger.error({ event: 'command-refused' }, read.message);
      return;
    }
    const { id, do: what } = read.command;
    try {
      const outcome = await this.#carryOut(read.command);
      this.#logger.info({ event: 'done', id, do: what, ...outcome }, `${what}: ${outcome.status ?? 'done'}`);
    } catch (error) {
      const refused = isTrustError(error);
      this.#logger.error(
        {
          event: refused ? 'refused' : 'failed',
          id,
          do: what,
          ...(refused
            ? {
                reason: error.rejection.reason,
                remedy: error.remedy,
                peer: error.place,
                link: this.#link.name,
              }
            : { code: (error as { code?: string }).code }),
        },
        (error as Error).message,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent[Symbol.asyncDispose]();
    await this.#trust[Symbol.asyncDispose]();
  }

  async #carryOut(command: Command): Promise<Outcome> {
    switch (command.do) {
      case 'register':
        return outcomeOf(await this.#agent.register(command.expires));
      case 'message':
        return outcomeOf(await this.#agent.message(command.to, command.text, command.as));
      case 'call': {
        const outcome = await this.#agent.call(command.to, onHold(), {
          onProvisional: ({ status }) =>
            this.#logger.info({ event: 'progress', id: command.id, status }, `call: ${status}`),
        });
        if (outcome.ok) this.#follow(outcome.call);
        return {
          ...outcomeOf(outcome.response),
          ...(outcome.ok ? { received: outcome.call.remoteBody.length } : {}),
        };
      }
      case 'hang-up': {
        if (this.#call === undefined) return { status: 481 };
        return outcomeOf(await this.#call.hangUp());
      }
    }
  }

  #answer(incoming: IncomingCall): void {
    const from = incoming.request.from.uri.toString();
    this.#logger.info({ event: 'ringing', from }, `call from ${from}`);
    incoming.ring();
    const call = incoming.accept(onHold());
    if (call !== undefined) this.#follow(call, from);
  }

  #follow(call: Call, from?: string): void {
    this.#call = call;
    this.#logger.info({ event: 'call-started', from, received: call.remoteBody.length }, 'call started');
    void call.ended.then((by) => {
      if (this.#call === call) this.#call = undefined;
      this.#logger.info({ event: 'call-ended', by }, 'call ended');
    });
  }
}

/** How a request ended, as the log has it. */
interface Outcome {
  readonly status?: number;
  /** By which `entente trace` finds the request in the logs of servers. */
  readonly callId?: string;
  readonly diagnostics?: string;
}

function outcomeOf(response: { readonly status: number; get(name: string): string | undefined }): Outcome {
  const diagnostics = response.get('Entente-Diagnostics');
  const callId = response.get('Call-ID');
  return {
    status: response.status,
    ...(callId === undefined ? {} : { callId }),
    ...(diagnostics === undefined ? {} : { diagnostics }),
  };
}
