import * as tls from 'node:tls';
import type { TestCertificate } from '@entente/testkit';
import {
  type ConnectionRefusal,
  type Credential,
  connect,
  isTrustError,
  loadCredential,
  openTrust,
  serve,
  type Trust,
} from '@entente/tls';
import { allowMatrix, authorise, type LocalEnd, type Protection } from '@entente/topology';
import type { LinkFailure, RehearsedLink } from '@entente/topology-planning';
import { keyOf, type TestState } from './network.ts';

/** What a link did: it worked, or who refused and why. */
export type Outcome = Pick<LinkFailure, 'refusedBy' | 'reason'> | undefined;

const mutualRows = rowsUnder('MTLS', 'mutual HTTPS');
const httpsRows = rowsUnder('HTTPS', 'mutual HTTPS');

function rowsUnder(...protections: readonly Protection[]): ReadonlySet<number> {
  return new Set(allowMatrix.filter((link) => protections.includes(link.protection)).map(({ row }) => row));
}

/** Opens links over real sockets, with the product's own listeners and connections. */
export class Sockets {
  readonly #state: TestState;
  readonly #trust: Trust;
  readonly #identities = new Map<TestCertificate, Promise<Credential>>();

  private constructor(state: TestState, trust: Trust) {
    this.#state = state;
    this.#trust = trust;
  }

  static async open(state: TestState): Promise<Sockets> {
    const trust = await openTrust({
      anchors: { pem: state.anchors.join('') },
      ...(state.crls.length > 0 && { crls: { pem: state.crls.join('') } }),
    });
    return new Sockets(state, trust);
  }

  /** Listens as the dialled end, dials as the other, and tells what came of it. */
  async try(link: RehearsedLink): Promise<Outcome> {
    const mutual = link.fromSide !== undefined && mutualRows.has(link.row);
    const ended = new Promise<Outcome>((resolve, reject) => {
      this.#listen(link, mutual, resolve)
        .then(async (server) => {
          try {
            await this.#dial(link, server.port, resolve);
          } finally {
            await server.close();
          }
        })
        .catch(reject);
    });
    return ended;
  }

  async #listen(link: RehearsedLink, mutual: boolean, ended: (outcome: Outcome) => void) {
    const owner = link.to;
    const identity = await this.#identity(this.#certificate(owner, link.toSide));
    const local: LocalEnd = { fqdn: owner, interface: link.toSide, service: link.service };
    const onRefusal = ({ rejection, when }: ConnectionRefusal) => {
      if (when === 'handshake') ended({ refusedBy: 'dialled', reason: rejection.reason });
    };
    const shared = {
      trust: this.#trust,
      identity,
      host: '127.0.0.1',
      link: { name: `${link.row}`, interface: link.toSide, local: owner },
      onRefusal,
      limits: { drainTimeoutMs: 0 },
    } as const;
    const options = mutual
      ? ({ ...shared, clientCertificate: 'required', allow: authorise(this.#state.topology, local) } as const)
      : ({ ...shared, clientCertificate: 'none' } as const);
    return serve(tls, options, (socket) => socket.end('welcome'));
  }

  /** Resolves when the connection has told what it had to: a word of welcome, or its end. */
  async #dial(link: RehearsedLink, port: number, ended: (outcome: Outcome) => void): Promise<void> {
    const local: LocalEnd =
      link.fromSide === undefined
        ? { party: link.from as 'internal-client' | 'external-client', service: link.service }
        : { fqdn: link.from, interface: link.fromSide, service: link.service };
    const identity =
      link.fromSide === undefined
        ? {}
        : { identity: await this.#identity(this.#certificate(link.from, link.fromSide)) };
    try {
      const socket = await connect({
        host: '127.0.0.1',
        port,
        trust: this.#trust,
        ...identity,
        allow: authorise(this.#state.topology, local),
        link: { name: `${link.row}`, interface: link.fromSide ?? link.toSide },
        expect: expectation(link),
      });
      const welcomed = await new Promise<boolean>((resolve) => {
        socket.once('data', () => resolve(true));
        socket.once('error', () => resolve(false));
        socket.once('close', () => resolve(false));
      });
      socket.destroy();
      if (welcomed) ended(undefined);
    } catch (error) {
      if (!isTrustError(error)) throw error;
      const { reason } = error.rejection;
      // The other side's own word says more than that it refused us.
      if (reason !== 'peer-refused') ended({ refusedBy: 'dialler', reason });
    }
  }

  #certificate(fqdn: string, side: 'internal' | 'external'): TestCertificate {
    const certificate = this.#state.certificates.get(keyOf(fqdn, side));
    if (certificate === undefined) throw new Error(`the test has no certificate for ${fqdn} ${side}`);
    return certificate;
  }

  #identity(certificate: TestCertificate): Promise<Credential> {
    const { chainPem, keyPem } = certificate;
    const known = this.#identities.get(certificate) ?? loadCredential({ certificate: chainPem, key: keyPem });
    this.#identities.set(certificate, known);
    return known;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#trust[Symbol.asyncDispose]();
  }
}

function expectation(link: RehearsedLink) {
  if (link.fromSide === undefined) return { mode: 'sip-domain', domain: link.asked } as const;
  return httpsRows.has(link.row)
    ? ({ mode: 'https', name: link.asked } as const)
    : ({ mode: 'host', name: link.asked } as const);
}
