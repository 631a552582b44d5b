import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { NeededProgram } from '../scenario.ts';
import { type ClearText, ClearTextSearch, type Passed } from './clear-text.ts';
import { readPacket } from './packet.ts';
import { createPcapReader } from './pcap.ts';

/** What was captured. */
export interface Captured extends Passed {
  /** What should not have passed; the capture's own probes are left out. */
  readonly found: readonly ClearText[];
}

/** A capture of the loopback interface that is being made. */
export interface Capture extends AsyncDisposable {
  /**
   * Ends the capture.
   *
   * @returns what passed between the first and the last probe
   * @throws Error where a probe was not found or the kernel dropped packets: such a capture proves nothing
   */
  finish(): Promise<Captured>;
}

/** What a scenario that captures needs. */
export const capturing: NeededProgram = { program: 'tcpdump', package: 'tcpdump' };

const interfaceName = 'lo';
/** Where SIP is expected in clear text (RFC 3261 §19.1.2); nobody listens there. */
const sipPort = 5060;
/** Enough for everything that passes while this process is busy. */
const bufferKib = 65_536;
const waitMs = 10_000;

/**
 * Captures what passes on the loopback interface and searches it for SIP outside TLS. A SIP request in clear text is sent at the
 * beginning and at the end, each from a port of its own; that the search finds both shows that it can, all the time in between.
 *
 * @param controlPorts - TCP ports on which foreign programs take commands
 * @returns the capture, which has begun
 * @throws Error where tcpdump cannot capture, or the first probe is not found
 */
export async function startCapture(controlPorts: readonly number[] = []): Promise<Capture> {
  const capture = new LoopbackCapture(controlPorts);
  try {
    await capture.begin();
    return capture;
  } catch (error) {
    await capture[Symbol.asyncDispose]();
    throw error;
  }
}

class LoopbackCapture implements Capture {
  readonly #process: ChildProcess;
  readonly #search: ClearTextSearch;
  readonly #listeners = new Set<() => void>();
  readonly #ended: Promise<unknown>;
  #said = '';
  #failure: Error | undefined;

  constructor(controlPorts: readonly number[]) {
    this.#search = new ClearTextSearch(controlPorts);
    const settings = ['-n', '-U', '-s', '0', '-B', `${bufferKib}`, '-w', '-'];
    this.#process = spawn('tcpdump', ['-i', interfaceName, ...settings], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#process, 'close').catch((error: Error) => this.#fail(error));
    const read = createPcapReader();
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      try {
        for (const frame of read(chunk)) this.#search.take(readPacket(frame));
      } catch (error) {
        this.#fail(error as Error);
      }
      this.#notify();
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString('utf8');
      this.#notify();
    });
  }

  async begin(): Promise<void> {
    await this.#until('tcpdump listens', () => this.#said.includes('listening on'));
    await this.#probe();
  }

  async finish(): Promise<Captured> {
    await this.#probe();
    this.#process.kill('SIGINT');
    await this.#ended;
    if (this.#failure !== undefined) throw this.#failure;
    const dropped = /(\d+) packets? dropped by kernel/.exec(this.#said)?.[1];
    if (dropped !== '0') throw new Error(`tcpdump lost packets; it said: ${this.#said.trim()}`);
    return { ...this.#search.passed, found: this.#search.found };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** Sends one SIP request in clear text, and waits until the search has found it. */
  async #probe(): Promise<void> {
    const probe = `probe-${randomBytes(12).toString('hex')}`;
    this.#search.expect(probe);
    const socket = createSocket('udp4');
    // Nobody listens: the kernel says so, and that is in order.
    socket.on('error', () => {});
    await new Promise((sent) => socket.send(clearTextRequest(probe), sipPort, '127.0.0.1', sent));
    try {
      await this.#until('the search finds SIP in clear text', () => this.#search.hasMet(probe));
    } finally {
      socket.close();
    }
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let look: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (why: string): void =>
          reject(new Error(`${what}: ${why}; tcpdump said: ${this.#said.trim()}`));
        look = () => {
          if (this.#failure !== undefined) fail(this.#failure.message);
          else if (holds()) resolve();
          else if (this.#process.exitCode !== null) fail('tcpdump has ended');
        };
        this.#listeners.add(look);
        timer = setTimeout(() => fail(`not within ${waitMs} ms`), waitMs);
        look();
      });
    } finally {
      clearTimeout(timer);
      if (look !== undefined) this.#listeners.delete(look);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * A SIP request as a client that leaves TLS would send it.
 *
 * @param user - user part of the Request-URI
 */
export function clearTextRequest(user: string): string {
  const lines = [
    `OPTIONS sip:${user}@contoso.example SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKprobe',
    'Max-Forwards: 70',
    `From: <sip:${user}@contoso.example>;tag=1`,
    `To: <sip:${user}@contoso.example>`,
    `Call-ID: ${user}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
