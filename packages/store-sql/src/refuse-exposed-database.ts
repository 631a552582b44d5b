import { stat } from 'node:fs/promises';
import { PkiFault } from '@entente/pki/ledger';
import { shellWord } from '@entente/trust';

/** Bits of a file mode that let others than the owner in. */
const othersMask = 0o077;
/** What SQLite keeps beside a database, with the same content. */
const besides = ['', '-wal', '-shm'];

/**
 * Refuses a database that others may open: it has the digests of the users, each as good as the password in this network.
 * @param database - path of the database; what does not exist is not refused
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED`
 */
export async function refuseExposedDatabase(database: string): Promise<void> {
  // There are no such modes on Windows.
  if (process.platform === 'win32') return;
  for (const end of besides) {
    const path = `${database}${end}`;
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return 0;
        throw error;
      },
    );
    if ((mode & othersMask) === 0) continue;
    throw new PkiFault('ENTENTE_PKI_SECRET_EXPOSED', {
      sentence: `the database of the authority is not opened: its mode is 0${mode.toString(8)}, so that others may open it`,
      place: path,
      remedy: `find out who could open it; then run chmod 600 ${shellWord(path)}, and start again; where somebody else may have read it, give every user a new password (entente user passwd)`,
    });
  }
}
