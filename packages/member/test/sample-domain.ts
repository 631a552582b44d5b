import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { sampleDocument, sampleFrontEnd } from '@entente/testkit/topology';
import type { Clock } from '@entente/tls';
import {
  buildTopology,
  type EnterpriseAnchorReference,
  encodeSignedTopology,
  type RootStage,
  signTopology,
  type Topology,
  type TopologyDocument,
  type TopologySigner,
  topologyHash,
} from '@entente/topology';
import {
  type Certificate,
  type CertificateList,
  decodeCrl,
  decodePem,
  decodePemCertificates,
} from '@entente/x509';

export const hour = 3_600_000;

/** A clock that moves only when a test says so. */
export class TestClock implements Clock {
  /** Set it as an administrator sets a clock: timers do not notice. */
  time: number;
  #passed = 0;
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>();

  constructor(time: number) {
    this.time = time;
  }

  /** How many are waiting for their time. */
  get waiting(): number {
    return this.#waiting.size;
  }

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.#passed + delayMs, run };
    this.#waiting.add(entry);
    return () => void this.#waiting.delete(entry);
  }

  /** Moves on, and runs what has become due. */
  advance(ms: number): void {
    this.time += ms;
    this.#passed += ms;
    for (const entry of [...this.#waiting]) {
      if (entry.at > this.#passed || !this.#waiting.delete(entry)) continue;
      entry.run();
    }
  }
}

/** An administrator and the key that the topology lists. */
export function administrator(keyId: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signer: TopologySigner = {
    keyId,
    algorithm: 'EdDSA',
    sign: (bytes) => sign(null, bytes, privateKey),
  };
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return { signer, entry: { id: keyId, algorithm: 'EdDSA' as const, publicKey: spki } };
}

/** Version 1 of a domain with one front end. */
export function firstDocument(
  entries: readonly ReturnType<typeof administrator>['entry'][] = [],
): TopologyDocument {
  return sampleDocument({
    // Without fractions of a second.
    issued: `${new Date().toISOString().slice(0, 19)}Z`,
    administrators: { required: 1, keys: [...entries] },
    servers: [sampleFrontEnd],
  });
}

/** The version after another one. */
export function nextDocument(before: TopologyDocument, changes: Partial<TopologyDocument>): TopologyDocument {
  return { ...before, version: before.version + 1, previous: topologyHash(before), ...changes };
}

/** The text of a document under signatures. */
export function signed(document: TopologyDocument, ...signers: readonly TopologySigner[]): string {
  return encodeSignedTopology(signTopology(document, signers));
}

/** A topology that nobody has signed, for code that takes a verified one. */
export function topologyOf(changes: Partial<TopologyDocument> = {}): Topology {
  return buildTopology({ ...firstDocument(), ...changes });
}

/** The certificate of a test authority. */
export function certificateOf({ certificatePem }: TestAuthority): Certificate {
  const decoded = decodePemCertificates(certificatePem);
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no certificate');
  return decoded.value[0];
}

/** A test authority as a root of ours that the topology lists. */
export function referenceTo(authority: TestAuthority, stage?: RootStage): EnterpriseAnchorReference {
  const { der, subject } = certificateOf(authority);
  return {
    name: subject.toString(),
    sha256: createHash('sha256').update(der).digest('hex'),
    certificate: Buffer.from(der).toString('base64'),
    ...(stage === undefined ? {} : { stage }),
  };
}

/** A revocation list of a test authority. */
export async function listOf(
  authority: TestAuthority,
  {
    revoked = [],
    ...options
  }: {
    readonly number: number;
    readonly thisUpdate?: number;
    readonly nextUpdate?: number;
    readonly revoked?: readonly string[];
    readonly isHold?: boolean;
  },
): Promise<CertificateList> {
  const blocks = decodePem(await authority.crl(revoked, options));
  const decoded = blocks.ok && blocks.value[0] !== undefined ? decodeCrl(blocks.value[0].der) : undefined;
  if (decoded?.ok !== true) throw new Error('no list');
  return decoded.value;
}

/** An authority, its certificate and some of its lists, each an hour newer than the one before. */
export async function authorityWithLists(count: number, since: number) {
  const authority = await createTestAuthority('Contoso Root');
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const lists = await Promise.all(
    numbers.map((number) => listOf(authority, { number, thisUpdate: since + number * hour })),
  );
  return { authority, root: certificateOf(authority), lists };
}
