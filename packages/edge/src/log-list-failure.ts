import type { Logger } from '@entente/host';
import { RefusalLimit } from '@entente/tls/internal';

/**
 * Logs that a list of a partner could not be fetched. Each certificate of a partner may name further locations, so the lines about one host, and those
 * about all, are as few as about refused connections; a line has the number of those before it that got none.
 * @param logger - where the lines go
 * @param limit - of lines
 * @returns for `onFailure` of what fetches
 */
export function logListFailure(
  logger: Pick<Logger, 'warn'>,
  limit = new RefusalLimit(),
): (url: string, why: string) => void {
  return (url, why) => {
    const name = URL.canParse(url) ? new URL(url).hostname : '';
    const leftOut = limit.line({ name, admitted: false });
    if (leftOut !== undefined)
      logger.warn({ event: 'list-not-fetched', peer: url, ...leftOut }, `${url}: ${why}`);
  };
}
