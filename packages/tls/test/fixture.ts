import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as tls from 'node:tls';
import { createTestAuthority, type TestAuthority, type TestCertificateOptions } from '@entente/testkit';
import { type Clock, type Credential, loadCredential, openTrust, type Trust } from '@entente/tls';
import type { RevocationKnowledge } from '@entente/trust';
import type { Store } from '@entente/trust/node';
import { decodeCrl } from '@entente/x509';
import * as x509 from '@peculiar/x509';

/** A clock that moves only when a test says so. */
export class ManualClock implements Clock {
  #now = Date.now();
  #passed = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.#passed + delayMs, run };
    this.#waiting.add(entry);
    return () => {
      this.#waiting.delete(entry);
    };
  }

  /** Is set as an administrator sets a clock, or as it is after the machine slept: timers do not notice. */
  set(ms: number): void {
    this.#now += ms;
  }

  /** Moves on and runs what has become due. */
  advance(ms: number): void {
    this.#now += ms;
    this.#passed += ms;
    for (const entry of [...this.#waiting]) {
      if (entry.at > this.#passed) continue;
      this.#waiting.delete(entry);
      entry.run();
    }
  }
}

/** A store that a test sets. */
export class SettableStore<T> implements Store<T> {
  readonly #listeners = new Set<(current: T) => void>();
  #current: T;

  constructor(current: T) {
    this.#current = current;
  }

  get current(): T {
    return this.#current;
  }

  set(value: T): void {
    this.#current = value;
    for (const listener of this.#listeners) listener(value);
  }

  onChange(listener: (current: T) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
  }
}

/** Joins CRLs for a store. */
export function knowledge(...ders: readonly Uint8Array[]): RevocationKnowledge {
  return {
    crls: ders.map((der) => {
      const crl = decodeCrl(der);
      if (!crl.ok) throw new Error(crl.error.message);
      return crl.value;
    }),
  };
}

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Signs a CRL of an authority. */
export async function makeCrl(
  authority: TestAuthority,
  revoked: readonly string[] = [],
  times: { readonly thisUpdate?: number; readonly nextUpdate?: number } = {},
): Promise<Uint8Array> {
  const der = createPrivateKey(authority.keyPem).export({ format: 'der', type: 'pkcs8' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, ecdsa, false, ['sign']);
  const thisUpdate = times.thisUpdate ?? Date.now() - 60_000;
  const crl = await x509.X509CrlGenerator.create(
    {
      issuer: new x509.X509Certificate(authority.certificatePem).subjectName,
      thisUpdate: new Date(thisUpdate),
      nextUpdate: new Date(times.nextUpdate ?? Date.now() + 86_400_000),
      entries: revoked.map((serialNumber) => ({
        serialNumber,
        revocationDate: new Date(thisUpdate),
        reason: x509.X509CrlReason.keyCompromise,
      })),
      signingAlgorithm: ecdsa,
      signingKey,
    },
    webcrypto as never,
  );
  return new Uint8Array(crl.rawData);
}

export const serverName = 'pool.contoso.example';
export const clientName = 'fe.contoso.example';

/** An authority, its CRL, a trust that follows the CRL, a server and a client. */
export interface World {
  readonly authority: TestAuthority;
  readonly crls: SettableStore<RevocationKnowledge>;
  readonly clock: ManualClock;
  readonly trust: Trust;
  readonly server: Credential & { readonly serialHex: string };
  readonly client: Credential & { readonly serialHex: string };
  issue(options: TestCertificateOptions): Promise<Credential & { readonly serialHex: string }>;
  /** Publishes a CRL with these serial numbers. */
  revoke(...serials: readonly string[]): Promise<void>;
}

/** @param options - how CRLs and time behave */
export async function makeWorld(): Promise<World> {
  const authority = await createTestAuthority('Contoso Root');
  const clock = new ManualClock();
  const crls = new SettableStore(knowledge(await makeCrl(authority)));
  const trust = await openTrust({
    anchors: { pem: authority.certificatePem },
    crls,
    revocation: { mode: 'hard-fail' },
    clock,
  });
  return {
    authority,
    crls,
    clock,
    trust,
    issue: (options) => issueFrom(authority, options),
    server: await issueFrom(authority, { dnsNames: [serverName] }),
    client: await issueFrom(authority, { dnsNames: [clientName] }),
    async revoke(...serials) {
      crls.set(knowledge(await makeCrl(authority, serials)));
    },
  };
}

/** Issues a certificate and loads it. */
export async function issueFrom(authority: TestAuthority, options: TestCertificateOptions) {
  const { chainPem, keyPem, serialHex } = await authority.issue(options);
  const identity = await loadCredential({ certificate: chainPem, key: keyPem });
  return Object.assign(identity, { serialHex });
}

/** How a bare connection ended. */
export interface Ended {
  readonly error: NodeJS.ErrnoException | undefined;
  readonly received: string;
}

/** Waits until a socket is closed. */
export function ended(socket: tls.TLSSocket): Promise<Ended> {
  return new Promise((resolve) => {
    let received = '';
    let error: NodeJS.ErrnoException | undefined;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('error', (seen: NodeJS.ErrnoException) => {
      error = seen;
    });
    socket.on('close', () => resolve({ error, received }));
  });
}

/** Dials with node:tls alone, as an unknown peer would. */
export function bare(port: number, options: tls.ConnectionOptions = {}): tls.TLSSocket {
  return tls.connect({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    servername: serverName,
    ...options,
  });
}

/** What bare node:tls needs to present an identity. */
export function presenting(identity: Credential): { cert: string; key: string } {
  return { cert: identity.current.certificatePem, key: identity.current.keyPem };
}

/** Connects, takes the session the server hands out, and connects again with it. */
export async function resume(port: number, options: tls.ConnectionOptions) {
  const first = bare(port, options);
  let session: Buffer | undefined;
  first.on('session', (given: Buffer) => {
    session = given;
  });
  await ended(first);
  const again = bare(port, { ...options, ...(session === undefined ? {} : { session }) });
  const reused = new Promise<boolean>((resolve) => {
    again.once('secureConnect', () => resolve(again.isSessionReused()));
    again.once('close', () => resolve(false));
  });
  const outcome = await ended(again);
  return { session, reused: await reused, outcome };
}
