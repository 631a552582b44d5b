import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type OpenStore, type RunningAuthority } from '@entente/authority';
import { createKeyAndRequest } from '@entente/pki/client';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog, type TestLogLine } from '@entente/testkit';
import { type Clock, type Peer, systemClock } from '@entente/tls';
import { administratorSetHash, type TopologyDocument } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { expect } from 'vitest';
import { contoso, signed } from './contoso.ts';

/** What {@link InProcessAuthority.start} makes other than by default. */
export interface InProcessOptions {
  /** Default: the clock of the machine. The ceremony is at its present time. */
  readonly clock?: Clock;
  /** The first version of the topology. Default {@link contoso}. */
  readonly first?: TopologyDocument;
  /** Whether that is in force. Default true; it is signed by alice alone. */
  readonly isPublished?: boolean;
  /** Default: the database of `@entente/store-sql`. */
  readonly open?: OpenStore;
}

type Body = string | object | ReadableStream<Uint8Array>;

/**
 * Who has a connection to the authority, by the certificate that it was admitted with.
 * @param serialHex - of that certificate
 */
export function administrator(name = 'alice', serialHex = '0a'): Peer {
  const uris = [`entente://contoso.example/administrators/${name}`];
  return { peer: { uris, dnsNames: [], serialHex } } as unknown as Peer;
}

/**
 * A server that has a connection to the authority.
 * @param serialHex - of the certificate that it was admitted with
 * @param more - further names of that certificate
 */
export function member(server: string, serialHex = '0a', ...more: readonly string[]): Peer {
  return { peer: { uris: [], dnsNames: [server, ...more], serialHex, server } } as unknown as Peer;
}

/** An authority of contoso in this process, without sockets. */
export class InProcessAuthority implements AsyncDisposable {
  authority!: RunningAuthority;
  /** What it has logged. */
  readonly lines: TestLogLine[] = [];
  /** A folder of the test's own. */
  readonly folder: string;
  /** Its files, in that folder. */
  readonly directory: string;
  readonly #clock: Clock;
  readonly #first: TopologyDocument;
  readonly #open: OpenStore | undefined;

  private constructor(folder: string, { clock = systemClock, first = contoso, open }: InProcessOptions) {
    this.folder = folder;
    this.directory = join(folder, 'ca');
    this.#clock = clock;
    this.#first = first;
    this.#open = open;
  }

  static async start(options: InProcessOptions = {}): Promise<InProcessAuthority> {
    const run = new InProcessAuthority(await mkdtemp(join(tmpdir(), 'entente-authority-')), options);
    await initialiseAuthority({ ...run.#names, now: run.#clock.now(), openLedger });
    await run.#begin();
    if (options.isPublished ?? true)
      expect((await run.ask('/topology', signed(run.#first))).status).toBe(200);
    return run;
  }

  get #names() {
    const objectsUrl = 'http://ca.contoso.example';
    return { domain: 'contoso.example', fqdn: 'ca.contoso.example', directory: this.directory, objectsUrl };
  }

  async #begin(): Promise<void> {
    this.authority = await createAuthority(
      {
        ...this.#names,
        administratorsHash: administratorSetHash(this.#first.administrators),
        authorityUrl: 'https://ca.contoso.example',
      },
      createTestLog((line) => void this.lines.push(line)),
      this.#clock,
      this.#open === undefined ? undefined : { open: this.#open },
    );
  }

  /** Ends it and starts it again. */
  async restart(): Promise<void> {
    await this.authority[Symbol.asyncDispose]();
    await this.#begin();
  }

  /**
   * @param body - an object is sent as JSON; one that is given makes it a POST
   * @param peer - default alice; null: nobody who has a certificate
   */
  fetch(
    path: string,
    body?: Body,
    peer: Peer | null = administrator(),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const isText = typeof body === 'string' || body instanceof ReadableStream;
    const init =
      body === undefined
        ? { headers }
        : { headers, method: 'POST', body: isText ? body : JSON.stringify(body), duplex: 'half' };
    const request = new Request(`https://ca.contoso.example${path}`, init as RequestInit);
    return this.authority.fetch(request, peer ?? undefined, '192.0.2.1');
  }

  /** As {@link InProcessAuthority.fetch}, with the answer read. */
  async ask(path: string, body?: Body, peer?: Peer | null) {
    const response = await this.fetch(path, body, peer);
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    return { status: response.status, answer };
  }

  /** Alice orders a certificate with a new key for a server. */
  certify(server: string) {
    return this.#order(server, { server }, administrator());
  }

  /**
   * An administrator orders their own next certificate, with a new key.
   * @param serialHex - of the certificate that they present
   */
  certifyAdministrator(name: string, serialHex?: string) {
    return this.#order(name, {}, administrator(name, serialHex));
  }

  async #order(subject: string, order: object, peer: Peer) {
    const { request } = await createKeyAndRequest({ subject });
    return this.ask('/certificates', { ...order, request: encodePem('CERTIFICATE REQUEST', request) }, peer);
  }

  /** Parts of which its health complains. */
  parts(): readonly string[] {
    return this.authority.problems().map(({ part }) => part);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.authority[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
