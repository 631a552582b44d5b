import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Issuance, type MayIssue, PkiFault, refuse, trustStateName } from '@entente/pki';
import { createKeyAndRequest, renewalTime } from '@entente/pki/client';
import { authorityFiles, readSecret } from '@entente/pki/node';
import type { TrustStateSigner } from '@entente/topology';
import { type Certificate, decodePemCertificates, encodePem } from '@entente/x509';
import { writeIssued } from '../write-issued.ts';

/** The key that signs trust states. */
export interface StateKey extends TrustStateSigner {
  readonly certificate: Certificate;
}

/** What the key of an authority is kept with. */
export interface StateKeyOptions {
  /** Folder of the authority. */
  readonly directory: string;
  /** The organisation's network. */
  readonly network: string;
  /** The authority's own FQDN: it requests the certificate from itself. */
  readonly fqdn: string;
  readonly issuance: Issuance;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The subject in the ledger, which no server, administrator or user can have. */
export const stateSubject = 'trust-state';
/** Marks the authority itself as the requester: the serial number of a peer is hexadecimal. */
const self = 'self';
const maxKeyBytes = 16_384;
/** The middle of the interval: a single authority needs no spreading. */
const noJitter = 0.5;

/**
 * The rule for the certificate of the key that signs trust states: the authority itself gets it, nobody else.
 * @param authority - its network and its name
 * @param others - the rule for every other certificate
 */
export function mayIssueStateKey(
  { domain, fqdn }: { readonly domain: string; readonly fqdn: string },
  others: MayIssue,
): MayIssue {
  return (request, requester) => {
    if (request.profile !== 'trust-state') return others(request, requester);
    const isSelf = requester.kind === 'server' && requester.server === fqdn && requester.serialHex === self;
    if (isSelf && request.subject === stateSubject) {
      const names = { commonName: commonNameOf(domain), dnsNames: [], uris: [trustStateName(domain)] };
      return { ok: true, names };
    }
    return {
      ok: false,
      refusal: refuse(
        'profile-not-allowed',
        'only the authority itself may have a certificate for trust states',
        'request a server certificate for the server itself',
      ),
    };
  };
}

/**
 * Loads the key, or creates another one: where there is none, and where it does not fit its certificate after a crash. One that is due for
 * renewal is renewed before it signs, see {@link isRenewalDue}: an authority that can issue nothing starts all the same.
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_NOT_ISSUED`
 */
export async function openStateKey(options: StateKeyOptions): Promise<StateKey> {
  return (await readStateKey(options.directory)) ?? createStateKey(options);
}

/**
 * Whether it needs another certificate: half of its life is over, or it is of the future, because the clock was wrong.
 * @param now - milliseconds since 1970
 */
export function isRenewalDue({ certificate }: StateKey, now: number): boolean {
  return now < certificate.notBefore || now >= renewalTime(certificate, noJitter);
}

/**
 * Creates a key with its certificate, and writes both.
 * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED`, `ENTENTE_PKI_KEY_MISMATCH`; Error of the file system, before anything is issued where there is no
 *   room for it
 */
export async function createStateKey(options: StateKeyOptions): Promise<StateKey> {
  const { directory, fqdn, issuance, network } = options;
  const created = await createKeyAndRequest({ subject: commonNameOf(network) });
  const files = filesOf(directory);
  const pem = await writeIssued(files, created.privateKeyPem, async () => {
    const outcome = await issuance.issue(
      { profile: 'trust-state', subject: stateSubject, request: created.request },
      { kind: 'server', server: fqdn, serialHex: self },
    );
    if (!outcome.ok) {
      throw new PkiFault('ENTENTE_PKI_NOT_ISSUED', {
        sentence: outcome.refusal.message,
        place: files.certificate,
        remedy: outcome.refusal.remedy,
      });
    }
    return outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der)).join('');
  });
  const key = stateKeyOf(created.privateKeyPem, pem);
  if (key === undefined) {
    throw new PkiFault('ENTENTE_PKI_KEY_MISMATCH', {
      sentence: 'the certificate that was just issued does not fit its key',
      place: files.certificate,
      remedy: 'delete both files, and start the authority again',
    });
  }
  return key;
}

function commonNameOf(network: string): string {
  return `trust state of ${network}`;
}

function filesOf(directory: string) {
  return {
    key: join(directory, authorityFiles.stateKey),
    certificate: join(directory, authorityFiles.stateCertificate),
  };
}

async function readStateKey(directory: string): Promise<StateKey | undefined> {
  const files = filesOf(directory);
  const keyPem = await readSecret(files.key, maxKeyBytes);
  if (keyPem === undefined) return undefined;
  const pem = await readFile(files.certificate, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return stateKeyOf(keyPem, pem);
}

/** @returns undefined where the two do not fit */
function stateKeyOf(keyPem: string, pem: string): StateKey | undefined {
  const decoded = decodePemCertificates(pem);
  const [certificate] = decoded.ok ? decoded.value : [];
  const key = readKey(keyPem);
  if (!decoded.ok || certificate === undefined || key === undefined) return undefined;
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  if (!spki.equals(certificate.publicKey.der)) return undefined;
  return {
    certificate,
    chain: decoded.value.map(({ der }) => der),
    sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
