import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import {
  type Allow,
  type AskedName,
  type ConnectionRefusal,
  type Credential,
  connect,
  loadCredential,
  openTrust,
  type ServeLimits,
  serve,
  type Trust,
} from '@entente/tls';
import type { DaneExpectation, PolicyStage, RevocationPolicy, TrustPolicy } from '@entente/trust';
import type { CertificateList } from '@entente/x509';
import { certificateOf, type Issued, issue, type PemChain, pemOf } from './issue.ts';

export type Version = 'TLSv1.2' | 'TLSv1.3';

/** The name that every peer has, unless a case says otherwise. */
export const peerName = 'peer.contoso.example';

/** The CA of both sides, and the certificate that the judging side presents. */
export const root = issue('Contoso Root', undefined, { ca: {} });
const ownChain = pemOf([issue('judge', root, { names: ['judge.contoso.example'] })]);

/** How one side judges the other. */
export interface Meeting {
  /** What the peer presents, leaf first; `none`: it presents nothing. */
  readonly chain: readonly Issued[] | 'none';
  readonly anchor?: Issued;
  readonly limits?: { readonly domains?: readonly string[] };
  readonly revocation?: RevocationPolicy;
  readonly crls?: readonly CertificateList[];
  readonly latestSigned?: number;
  readonly policy?: TrustPolicy;
  readonly policies?: readonly PolicyStage[];
  readonly allow?: Allow;
  readonly expect?: AskedName;
  readonly dane?: DaneExpectation;
  readonly interface?: string;
  readonly serveLimits?: ServeLimits;
  /** Instead of the trust that the fields above describe. */
  readonly trust?: Trust;
}

/** What became of it. */
export interface Met {
  /** `admitted`, or the reason of the refusal. */
  readonly outcome: string;
  /** What the peer saw of a handshake that it has finished. */
  readonly protocol: string | null | undefined;
}

const noRevocation: RevocationPolicy = { mode: 'off', signedBy: 'a test that is about something else' };

async function trustOf(meeting: Meeting): Promise<Trust> {
  if (meeting.trust !== undefined) return meeting.trust;
  const { anchor = root, crls, latestSigned, limits, policies, policy, revocation = noRevocation } = meeting;
  return openTrust({
    anchors: {
      anchors: [
        {
          name: anchor.name,
          certificate: certificateOf(anchor),
          revocation,
          ...(limits === undefined ? {} : { limits }),
        },
      ],
    },
    ...(crls === undefined ? {} : { crls: { crls } }),
    ...(policies === undefined ? {} : { policies }),
    ...(latestSigned === undefined ? {} : { latestSigned: () => latestSigned }),
    ...(policy === undefined ? {} : { policy }),
  });
}

let ownIdentity: Promise<Credential> | undefined;
export function identity(): Promise<Credential> {
  ownIdentity ??= loadCredential({ certificate: ownChain.cert, key: ownChain.key });
  return ownIdentity;
}

/** What a peer presents. Its own OpenSSL must not refuse to load what ours is to judge, so it has the lowest security level. */
export function foreign(chain: Meeting['chain'], version: Version): tls.SecureContextOptions {
  const material: Partial<PemChain> = chain === 'none' ? {} : pemOf(chain);
  return { ...material, ciphers: 'DEFAULT:@SECLEVEL=0', minVersion: version, maxVersion: version };
}

/** A server of ours that says `admitted` to each client that it admits. */
export async function judgingServer(meeting: Meeting, refusals: ConnectionRefusal[]) {
  return serve(
    tls,
    {
      trust: await trustOf(meeting),
      identity: await identity(),
      allow: meeting.allow ?? [peerName],
      host: '127.0.0.1',
      minVersion: 'TLSv1.2',
      limits: { drainTimeoutMs: 1, ...meeting.serveLimits },
      link: { interface: meeting.interface ?? 'external' },
      onRefusal: (refusal) => refusals.push(refusal),
      ...(meeting.expect === undefined ? {} : { expect: meeting.expect }),
    },
    (socket) => socket.end('admitted'),
  );
}

/** The one verdict that there is: what a client received, or the reason of its refusal. */
export function verdictOf(received: string, refusals: readonly ConnectionRefusal[]): string {
  const reason = refusals[0]?.rejection.reason;
  if (received.includes('admitted') === (reason !== undefined)) {
    throw new Error(`expected a verdict of one kind, found "${received}" and ${reason ?? 'no refusal'}`);
  }
  return reason ?? 'admitted';
}

/** Our server judges a client of bare node:tls. */
export async function serverJudges(meeting: Meeting, version: Version): Promise<Met> {
  const refusals: ConnectionRefusal[] = [];
  await using server = await judgingServer(meeting, refusals);
  const dial = () =>
    tls.connect({
      host: '127.0.0.1',
      port: server.port,
      rejectUnauthorized: false,
      ...foreign(meeting.chain, version),
    });
  const held = meeting.serveLimits?.maxConnections === undefined ? undefined : dial();
  if (held !== undefined) {
    held.on('error', () => {});
    await new Promise((resolve) => held.once('connect', resolve));
  }
  const socket = dial();
  let protocol: Met['protocol'];
  socket.once('secureConnect', () => {
    protocol = socket.getProtocol();
  });
  const received = await textOf(socket);
  held?.destroy();
  return { outcome: verdictOf(received, refusals), protocol };
}

/** Our client judges a server of bare node:tls. */
export async function clientJudges(meeting: Meeting, version: Version): Promise<Met> {
  let protocol: Met['protocol'];
  const server = tls.createServer(
    { ...foreign(meeting.chain, version), requestCert: true, rejectUnauthorized: false },
    (socket) => {
      protocol = socket.getProtocol();
      socket.on('error', () => {});
      socket.end('admitted');
    },
  );
  server.on('tlsClientError', (_, socket) => socket.destroy());
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const closed = new Promise((resolve) => server.once('close', resolve));
  try {
    return { outcome: await outcomeOf(meeting, port), protocol };
  } finally {
    server.close();
    await closed;
  }
}

/**
 * Dials a server, and says what the verdict was.
 * @param said - what our client says once the server is admitted
 */
export async function outcomeOf(meeting: Meeting, port: number, said?: string): Promise<string> {
  try {
    const socket = await connect({
      host: '127.0.0.1',
      port,
      trust: await trustOf(meeting),
      identity: await identity(),
      allow: meeting.allow ?? [peerName],
      expect: meeting.expect ?? { mode: 'host', name: peerName },
      minVersion: 'TLSv1.2',
      link: { interface: meeting.interface ?? 'external' },
      ...(meeting.dane === undefined ? {} : { dane: meeting.dane }),
    });
    const later = new Promise<Error | undefined>((resolve) => {
      socket.once('error', resolve);
      socket.once('close', () => resolve(undefined));
    });
    if (said !== undefined) socket.end(said);
    const text = await textOf(socket);
    const error = await later;
    return error === undefined ? text : reasonOf(error);
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const { rejection } = error as { readonly rejection?: { readonly reason: string } };
  if (rejection === undefined) throw error;
  return rejection.reason;
}

/** Everything that a socket receives before it is closed. */
export function textOf(socket: tls.TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}
