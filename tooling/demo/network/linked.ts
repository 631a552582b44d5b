import type { AppProcess } from '@entente/testkit';
import type { Row } from '@entente/topology';

/**
 * Waits until two servers are connected, whichever has dialled the other.
 * @param row - of the allow matrix
 * @param one - a server
 * @param other - a server
 */
export async function linked({ row }: Row, one: AppProcess, other: AppProcess): Promise<void> {
  const says = (at: AppProcess, other: AppProcess) =>
    at.waitFor(
      `a link with ${other.name}`,
      ({ event, from, link, to }) =>
        event === 'link' && link === row && (from === other.name || to === other.name),
    );
  await Promise.race([says(one, other), says(other, one)]);
}
