import { unwatchFile, watchFile } from 'node:fs';
import { callback, isOctets, rule, type Shape, text, yesOrNo } from '@entente/options';
import { reportFault } from '../fault/call-back.ts';
import { checks } from '../options/checks.ts';
import { systemClock } from '../trust/clock.ts';
import type { Credential, CredentialSource, KeyMaterial } from './credential.ts';
import { isPem, type ReadableSource, readMaterial } from './read-material.ts';

/** Options of {@link loadCredential}. */
export type LoadCredentialOptions = CredentialSource & {
  /** Load again when one of the files changes. A pair that does not fit is looked at once more a second later, when both may be there. Default false. */
  readonly watch?: boolean;
  /** Called when changed files still cannot be used a second later; the current certificate stays. Without it the process is warned. */
  readonly onFault?: (fault: unknown) => void;
};

/** All of them, where which of them belong together is checked later. */
interface GivenOptions extends ReadableSource {
  readonly watch?: boolean;
  readonly onFault?: (fault: unknown) => void;
}

const shape: Shape<GivenOptions> = {
  certificate: text,
  key: text,
  passphrase: rule('a text', (value) => typeof value === 'string'),
  pkcs12: rule(
    'a path, or a Uint8Array',
    (value) => (typeof value === 'string' && value !== '') || isOctets(value),
  ),
  watch: yesOrNo,
  onFault: callback,
};

function readSource(given: unknown, of: string): GivenOptions {
  const options = checks.read(given, shape, of);
  const place = checks.optionsOf(of);
  if (options.pkcs12 === undefined) {
    const remedies = {
      certificate: 'give the chain: a file of PEM, or PEM text',
      key: 'give the key: a file of PEM, or PEM text',
    } as const;
    for (const name of ['certificate', 'key'] as const) {
      if (options[name] !== undefined) continue;
      throw place
        .within(name)
        .fault(`expected the option ${name}, found none`, `${remedies[name]}; or both as pkcs12`);
    }
    return options;
  }
  for (const name of ['certificate', 'key'] as const) {
    if (options[name] === undefined) continue;
    throw place
      .within(name)
      .fault(`expected no ${name} beside pkcs12, found one`, `leave ${name} or pkcs12 out`);
  }
  return options;
}

/**
 * Reads a certificate chain and its key, and checks that the key belongs to the leaf.
 *
 * Node keeps the key: it has no interface for one that stays in a token or with a signing service.
 *
 * @param given - PEM text or paths of PEM files, or a PKCS#12 file; with a passphrase where they are encrypted
 * @returns the credential, which can be replaced while listeners and clients use it
 * @throws TlsFault `ENTENTE_FILE_UNREADABLE`, `ENTENTE_CERTIFICATE_UNREADABLE`, `ENTENTE_KEY_UNREADABLE`,
 * `ENTENTE_KEY_MISMATCH`, `ENTENTE_OPTION_INVALID`
 */
export async function loadCredential(given: LoadCredentialOptions): Promise<Credential> {
  const options = readSource(given, 'loadCredential');
  const listeners = new Set<(material: KeyMaterial) => void>();
  let current = await readMaterial(options);
  const renew = async (source: ReadableSource) => {
    const next = await readMaterial(source);
    if (next.certificatePem === current.certificatePem && next.keyPem === current.keyPem) return;
    current = next;
    for (const listener of [...listeners]) listener(next);
  };
  const paths = [options.certificate, options.key, options.pkcs12].filter(
    (source): source is string => typeof source === 'string' && !isPem(source),
  );
  const stopWatching =
    options.watch === true && paths.length > 0
      ? followFiles(
          paths,
          () => renew(options),
          (fault) => reportFault(options.onFault, fault),
        )
      : undefined;
  return {
    get current() {
      return current;
    },
    replace: async (source) => renew(readSource(source, 'replace')),
    onChange(listener) {
      callback.read(listener, checks.optionsOf('onChange').within('listener'));
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

/**
 * Reads files again when they have changed. What cannot be used then is read once more one poll later, before it counts as a fault: a certificate and its
 * key are two files, and one of them is written first.
 *
 * @param paths - files to follow
 * @param read - reads them
 * @param report - receives what the second reading has failed with
 * @returns a function that stops it
 */
function followFiles(
  paths: readonly string[],
  read: () => Promise<void>,
  report: (fault: unknown) => void,
): () => void {
  let isStopped = false;
  let cancel = (): void => {};
  const stopWatching = watchFiles(paths, () => {
    cancel();
    read().catch(() => {
      if (isStopped) return;
      cancel();
      cancel = systemClock.after(pollMs, () => void read().catch(report));
    });
  });
  return () => {
    isStopped = true;
    cancel();
    stopWatching();
  };
}

/** Milliseconds between looks at a file. */
const pollMs = 1_000;

/**
 * Watches files by polling their times, which also notices a file that was replaced by a rename, on every file system.
 *
 * @param paths - files to watch
 * @param changed - called once per poll in which one of them changed
 * @returns a function that stops watching
 */
function watchFiles(paths: readonly string[], changed: () => void): () => void {
  const listener = (now: { mtimeMs: number; ino: number; size: number }, before: typeof now) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) changed();
  };
  for (const path of paths) watchFile(path, { interval: pollMs, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
