import { once } from 'node:events';
import type { TcpNetConnectOpts } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { StreamFramer } from '@entente/sip';
import { disclosedNames } from '@entente/testkit/repository';
import { corpusOf, mutate } from '../mutate.ts';
import type { Random } from '../random.ts';
import { almostValid } from './almost-valid.ts';
import { distort } from './distort.ts';
import { Knowledge, type PeerIdentity } from './knowledge.ts';
import { ReceivedHeads } from './received-heads.ts';

/** Where a peer connects to, and what it may not learn there. */
export interface PeerSetting {
  readonly identity: PeerIdentity;
  readonly port: number;
  readonly servername: string;
  /** Address that it connects from: wrong passwords make an address wait, and that of good clients must not. */
  readonly localAddress: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Names that no head which it receives may carry; a peer that writes such names itself looks for none. */
  readonly forbidden: readonly string[];
}

/** Bytes that are looked through at once, and how many of these again with the next. */
const windowBytes = 65_536;
const overlapBytes = 4_096;
const maxBytes = 100_000;
const maxWaitingBytes = 262_144;
const keptMessages = 40;
/** Bytes that are shown before a name that was received, and behind it. */
const shownBytes = 2_000;

/** A peer that sends messages which are almost right, learns from what comes back, and connects again when it is thrown out. */
export class HostilePeer {
  readonly knowledge: Knowledge;
  /** Forbidden names that it has received, each with the bytes around the first of them. */
  readonly disclosed = new Map<string, string>();
  /** What it sent last, oldest first. */
  readonly sent: string[] = [];
  messages = 0;
  connections = 0;
  readonly #setting: PeerSetting;
  readonly #random: Random;
  /** The connection that it writes to. */
  #socket: TLSSocket | undefined;
  readonly #open = new Map<TLSSocket, ReceivedHeads>();

  constructor(setting: PeerSetting, random: Random) {
    this.#setting = setting;
    this.#random = random;
    this.knowledge = new Knowledge(setting.identity);
  }

  get name(): string {
    return this.#setting.identity.name;
  }

  /** Sends a few messages in one write or in many; connects first where it has to. */
  async burst(): Promise<void> {
    const socket = await this.#connected();
    if (socket === undefined) return;
    const count = 1 + this.#random.below(6);
    const bytes = Buffer.concat(Array.from({ length: count }, () => this.#message()));
    for (const piece of pieces(bytes, this.#random)) if (!socket.destroyed) socket.write(piece);
    // What a server has not taken yet would only pile up here.
    if (socket.writableLength > maxWaitingBytes)
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    if (this.#random.oneIn(300)) socket.destroy();
    else if (this.#random.oneIn(400)) socket.end();
  }

  /** Takes a connection that a server has opened. */
  take(socket: TLSSocket): void {
    this.#use(socket);
  }

  /** Closes its connections, and looks at the rest of what came. */
  close(): void {
    for (const [socket, heads] of this.#open) {
      socket.destroy();
      this.#look(heads);
    }
    this.#open.clear();
    this.#socket = undefined;
  }

  #message(): Buffer {
    this.messages += 1;
    const text = distort(almostValid(this.knowledge, this.#random), this.#random);
    let bytes = Buffer.from(text, 'latin1');
    // Without any idea of structure, now and then: it mostly ends the connection.
    if (this.#random.oneIn(150)) bytes = Buffer.from(mutate(corpusOf([bytes]), this.#random, maxBytes));
    if (this.#random.oneIn(40)) bytes = Buffer.concat([Buffer.from('\r\n\r\n'), bytes]);
    this.sent.push(bytes.toString('latin1'));
    if (this.sent.length > keptMessages) this.sent.shift();
    return bytes;
  }

  async #connected(): Promise<TLSSocket | undefined> {
    if (this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const { certificate, localAddress, port, servername } = this.#setting;
    const options: tls.ConnectionOptions & TcpNetConnectOpts = {
      host: '127.0.0.1',
      port,
      servername,
      localAddress,
      rejectUnauthorized: false,
      ...certificate,
    };
    const socket = tls.connect(options);
    this.#use(socket);
    return new Promise((resolve) => {
      socket.once('secureConnect', () => resolve(socket));
      socket.once('close', () => resolve(undefined));
    });
  }

  #use(socket: TLSSocket): void {
    this.connections += 1;
    this.#socket = socket;
    const framer = new StreamFramer();
    const heads = new ReceivedHeads();
    this.#open.set(socket, heads);
    socket.once('close', () => {
      this.#look(heads);
      this.#open.delete(socket);
    });
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      heads.push(bytes.toString('latin1'));
      if (heads.text.length > windowBytes) this.#look(heads);
      framer.push(bytes, {
        message: (message) => this.knowledge.learn(message),
        error() {},
        keepAlive() {},
      });
    });
  }

  #look(heads: ReceivedHeads): void {
    const { text } = heads;
    for (const name of disclosedNames(text, this.#setting.forbidden))
      if (!this.disclosed.has(name)) this.disclosed.set(name, around(text, name));
    heads.forget(overlapBytes);
  }
}

/** The bytes around a name; the last ones where it stands encoded. */
function around(bytes: string, name: string): string {
  const at = bytes.toLowerCase().indexOf(name);
  return at === -1
    ? bytes.slice(-2 * shownBytes)
    : bytes.slice(Math.max(0, at - shownBytes), at + shownBytes);
}

/** All at once, or in up to five pieces. */
function pieces(bytes: Buffer, random: Random): Buffer[] {
  if (!random.oneIn(4)) return [bytes];
  const cuts = Array.from({ length: 1 + random.below(4) }, () => random.below(bytes.length)).sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length));
}
