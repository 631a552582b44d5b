import type { AccountDirectory } from '@entente/accounts/directory';
import type { Clock } from '@entente/tls';
import type { EventHub } from '../event-hub.ts';

/** Milliseconds between two events: an import changes thousands of accounts in a second, and each event is a request of each server. */
const apartMs = 100;

/**
 * Tells servers that accounts have changed: at once where there was no change lately, and a moment later otherwise.
 * @param accounts - whose changes are announced
 * @param events - announce them
 * @param clock - keeps them apart
 * @returns ends it
 */
export function announceAccounts(
  accounts: Pick<AccountDirectory, 'onChange'>,
  events: Pick<EventHub, 'announce'>,
  clock: Clock,
): () => void {
  let waiting: (() => void) | undefined;
  let more = false;
  const announce = (): void => {
    more = false;
    events.announce({ type: 'accounts' });
    waiting = clock.after(apartMs, () => {
      waiting = undefined;
      if (more) announce();
    });
  };
  const stop = accounts.onChange(() => {
    if (waiting === undefined) announce();
    else more = true;
  });
  return () => {
    stop();
    waiting?.();
  };
}
