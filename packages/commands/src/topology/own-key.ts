import { stat } from 'node:fs/promises';
import { OperatorFault } from '@entente/host';
import { shellWord } from '@entente/trust';

/** Bits of a file mode that let others than the owner in. */
const othersMask = 0o077;

/** Whose key it is, and what to do once somebody else may have read it. */
const kinds = {
  administrator: [
    'the key of an administrator',
    'replace it first: "An administrator’s key is lost" in docs/guides/emergencies.md',
  ],
  shown: ['the key of the certificate', 'replace both first, and have the certificate revoked'],
} as const;

/**
 * Refuses a private key that others may read, as servers do with theirs.
 * @param file - of the key; a link is followed
 * @param kind - `shown` for that of a certificate that `explain` shows
 * @throws OperatorFault `ENTENTE_PKI_SECRET_EXPOSED`; faults of the file system
 */
export async function refuseExposedKey(
  file: string,
  kind: keyof typeof kinds = 'administrator',
): Promise<void> {
  // There are no such modes on Windows.
  if (process.platform === 'win32') return;
  const mode = (await stat(file)).mode & 0o777;
  if ((mode & othersMask) === 0) return;
  const [what, replacement] = kinds[kind];
  throw new OperatorFault('ENTENTE_PKI_SECRET_EXPOSED', {
    sentence: `${what} is not used: its mode is 0${mode.toString(8)}, so that others may open it`,
    place: file,
    remedy: `run chmod 600 ${shellWord(file)}, or, where the medium keeps no modes, copy it to a disk that does: install -m 600 ${shellWord(file)} <folder>; where somebody else may have read the key, ${replacement}`,
  });
}
