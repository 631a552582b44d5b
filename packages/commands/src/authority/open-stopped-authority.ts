import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorFault } from '@entente/host';
import { ordersSocket } from '@entente/pki/node';
import { openStore, type SqlStore } from '@entente/store-sql';

/**
 * Opens the records of an authority that takes no orders: its database’s own lock says whether it is stopped.
 * @param directory - of the authority
 * @throws OperatorFault `ENTENTE_ORDERS_SOCKET_MISSING` where another process has them open, and the socket is not there over which a running
 * authority takes orders; what `openStore` throws
 */
export async function openStopped(directory: string): Promise<SqlStore> {
  try {
    return await openStore(directory);
  } catch (cause) {
    const place = join(directory, ordersSocket);
    const isLocked = (cause as { readonly code?: unknown }).code === 'ENTENTE_PKI_LEDGER_LOCKED';
    if (!isLocked || !(await isMissing(place))) throw cause;
    throw new OperatorFault('ENTENTE_ORDERS_SOCKET_MISSING', {
      sentence:
        'the authority runs, or another command has its database open, and the socket over which a running authority takes orders is missing',
      place,
      remedy:
        'restart the authority, which creates its socket again, then run the command again; where its log has orders-unavailable, do what that line says; where it does not run, wait for the other command',
      cause,
    });
  }
}

function isMissing(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
