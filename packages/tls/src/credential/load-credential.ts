import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { decodePemCertificates } from '@entente/x509';
import { TlsFault } from '../fault/fault.ts';
import { callback, required, type Shape, text, yesOrNo } from '../options/option-rule.ts';
import { readOptions } from '../options/read-options.ts';
import type { Credential, CredentialSource, KeyMaterial } from './credential.ts';

/** Options of {@link loadCredential}. */
export interface LoadCredentialOptions extends CredentialSource {
  /** Load again when one of the files changes; a pair that does not fit yet is skipped. Default false. */
  readonly watch?: boolean;
  /** Called when a changed file cannot be used; the current certificate stays. */
  readonly onFault?: (fault: unknown) => void;
}

const shape: Shape<LoadCredentialOptions> = {
  certificate: required(text, 'give the chain: a file of PEM, or PEM text'),
  key: required(text, 'give the key: a file of PEM, or PEM text'),
  watch: yesOrNo,
  onFault: callback,
};

/**
 * Reads a certificate chain and its key, and checks that the key belongs to the leaf.
 *
 * @param given - PEM text or paths of PEM files
 * @returns the credential, which can be replaced while listeners and clients use it
 * @throws TlsFault `ENTENTE_FILE_UNREADABLE`, `ENTENTE_CERTIFICATE_UNREADABLE`, `ENTENTE_KEY_UNREADABLE`,
 * `ENTENTE_KEY_MISMATCH`, `ENTENTE_OPTION_INVALID`
 */
export async function loadCredential(given: LoadCredentialOptions): Promise<Credential> {
  const options = readOptions(given, shape, 'loadCredential');
  const listeners = new Set<(material: KeyMaterial) => void>();
  let current = await readMaterial(options);
  const replace = async (source: CredentialSource) => {
    const next = await readMaterial(readOptions(source, shape, 'replace'));
    if (next.certificatePem === current.certificatePem && next.keyPem === current.keyPem) return;
    current = next;
    for (const listener of [...listeners]) listener(next);
  };
  const paths = [options.certificate, options.key].filter((text) => !isPem(text));
  const stopWatching =
    options.watch === true && paths.length > 0
      ? watchFiles(paths, () => {
          replace(options).catch((fault: unknown) => options.onFault?.(fault));
        })
      : undefined;
  return {
    get current() {
      return current;
    },
    replace,
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    async [Symbol.asyncDispose]() {
      stopWatching?.();
      listeners.clear();
    },
  };
}

async function readMaterial(source: CredentialSource): Promise<KeyMaterial> {
  const certificatePem = await textOf(source.certificate, 'certificate');
  const keyPem = await textOf(source.key, 'key');
  const certificatePlace = placeOf(source.certificate, 'option identity.certificate');
  const keyPlace = placeOf(source.key, 'option identity.key');

  const chain = decodePemCertificates(certificatePem);
  const leaf = chain.ok ? chain.value[0] : undefined;
  if (!chain.ok || leaf === undefined) {
    throw new TlsFault('ENTENTE_CERTIFICATE_UNREADABLE', {
      sentence: `expected PEM certificates, leaf first, found ${chain.ok ? 'none' : `${chain.error.message} (${chain.error.where})`}`,
      place: certificatePlace,
      remedy: 'use a file with one or more CERTIFICATE blocks',
    });
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch (cause) {
    throw new TlsFault('ENTENTE_KEY_UNREADABLE', {
      sentence: 'expected an unencrypted private key in PEM, found something else',
      place: keyPlace,
      remedy: 'use a file with a PRIVATE KEY block; `openssl pkcs8 -topk8 -nocrypt` writes one',
      cause,
    });
  }
  if (!new X509Certificate(leaf.der).checkPrivateKey(key)) {
    throw new TlsFault('ENTENTE_KEY_MISMATCH', {
      sentence: `expected the key of certificate ${leaf.subject.toString()} (serial ${leaf.serialHex}), found the key of another`,
      place: keyPlace,
      remedy: `use the key that belongs to ${certificatePlace}, or the certificate that was issued for this key`,
    });
  }
  return { certificatePem, keyPem, leaf };
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

function placeOf(text: string, option: string): string {
  return isPem(text) ? option : text;
}

async function textOf(textOrPath: string, what: string): Promise<string> {
  if (isPem(textOrPath)) return textOrPath;
  try {
    return await readFile(textOrPath, 'utf8');
  } catch (cause) {
    throw new TlsFault('ENTENTE_FILE_UNREADABLE', {
      sentence: `expected a readable ${what} file, found ${(cause as NodeJS.ErrnoException).code ?? 'an error'}`,
      place: textOrPath,
      remedy: 'create the file, correct the path, or give this user the right to read it',
      cause,
    });
  }
}

/**
 * Watches files by polling their times, which also notices a file that was replaced by a rename, on every file system.
 *
 * @param paths - files to watch
 * @param changed - called once per poll in which one of them changed
 * @param intervalMs - milliseconds between polls
 * @returns a function that stops watching
 */
function watchFiles(paths: readonly string[], changed: () => void, intervalMs = 1_000): () => void {
  const listener = (now: { mtimeMs: number; ino: number; size: number }, before: typeof now) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) changed();
  };
  for (const path of paths) watchFile(path, { interval: intervalMs, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
