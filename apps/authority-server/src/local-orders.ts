import { isAbsolute, join } from 'node:path';
import type { RunningAuthority } from '@entente/authority';
import { type Logger, OperatorFault, serveLocalOrders } from '@entente/host';
import { ordersSocket } from '@entente/pki/node';

/**
 * Takes orders from the machine of the authority: a backup contains its keys, so it goes over no network, and only who may enter the folder of
 * the authority can order one.
 * @param authority - carries them out
 * @param directory - its folder
 * @param logger - is told where the socket cannot be created; the authority serves its members all the same
 */
export async function serveOrders(
  authority: Pick<RunningAuthority, 'backUp'>,
  directory: string,
  logger: Logger,
): Promise<AsyncDisposable> {
  const path = join(directory, ordersSocket);
  try {
    return await serveLocalOrders({ path, handle: (order) => carryOut(authority, order) });
  } catch (error) {
    logger.warn(
      {
        event: 'orders-unavailable',
        remedy: 'stop the authority for entente ca backup, or give its folder a shorter path',
      },
      `no orders are taken on this machine: ${(error as Error).message}`,
    );
    return { [Symbol.asyncDispose]: async () => {} };
  }
}

async function carryOut(authority: Pick<RunningAuthority, 'backUp'>, order: unknown): Promise<object> {
  const { order: name, to } = (order ?? {}) as { readonly order?: unknown; readonly to?: unknown };
  if (name === 'backup' && typeof to === 'string' && isAbsolute(to)) return authority.backUp(to);
  throw new OperatorFault('ENTENTE_ORDER_UNKNOWN', {
    sentence: 'the authority does not know this order',
    place: ordersSocket,
    remedy: 'use the command line of the same release as the authority',
  });
}
