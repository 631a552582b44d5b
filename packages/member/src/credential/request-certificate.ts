import { createKeyAndRequest, type EnrolmentOutcome, type KeyAndRequest } from '@entente/pki/client';
import { MemberFault } from '../files/fault.ts';
import type { CredentialFiles, KeyPair } from './credential-files.ts';

/** How a certificate is requested. */
export interface RequestOptions {
  /** Name to ask for. */
  readonly subject: string;
  readonly files: Pick<CredentialFiles, 'nextKey' | 'keepNextKey' | 'dropNextKey'>;
  /** The key that has its certificate already, PEM: it is not the next one, also where a crash has left it there. */
  readonly keyInUse?: string;
  /** Base URL of the authority, for the fault. */
  readonly authority: string;
  /** Asks the authority. */
  readonly ask: (key: KeyAndRequest) => Promise<EnrolmentOutcome>;
}

/** With these the authority will never certify the key. */
const hopeless: ReadonlySet<string> = new Set(['key-compromised', 'key-not-allowed', 'requester-revoked']);

/**
 * Requests a certificate for a key that is on disk before the authority is asked. A key that an earlier run has left there is
 * used again, so that a lost answer is given again. It stays there until `dropNextKey`, after the pair is stored.
 * @param options - for which name, and how
 * @returns key and certificate, which are not stored
 * @throws MemberFault `ENTENTE_MEMBER_REFUSED`; PkiFault `ENTENTE_PKI_TRANSPORT`
 */
export async function requestCertificate(options: RequestOptions): Promise<KeyPair> {
  const { ask, authority, files, subject } = options;
  const key = (await keptKey(options)) ?? (await createKeyAndRequest({ subject }));
  await files.keepNextKey(key.privateKeyPem);
  const outcome = await ask(key);
  if (outcome.ok) return { certificate: outcome.certificate.chainPem, key: key.privateKeyPem };
  const { message, reason, remedy } = outcome.refusal;
  if (hopeless.has(reason)) await files.dropNextKey();
  throw new MemberFault('ENTENTE_MEMBER_REFUSED', {
    sentence: `the authority refused: ${message} (${reason})`,
    place: authority,
    remedy,
  });
}

/** A text that is not a key is replaced: nothing was requested with it. */
async function keptKey({ files, keyInUse, subject }: RequestOptions): Promise<KeyAndRequest | undefined> {
  const privateKeyPem = await files.nextKey();
  if (privateKeyPem === undefined || privateKeyPem === keyInUse) return undefined;
  try {
    return await createKeyAndRequest({ subject, privateKeyPem });
  } catch (fault) {
    if ((fault as { code?: unknown }).code === 'ENTENTE_PKI_KEY_UNSUPPORTED') return undefined;
    throw fault;
  }
}
