import { serveDirector } from '@entente/director';
import type { ServedRole } from './role.ts';

/** Authenticates external users, and hands on to their home front ends what they may send. */
export const directorRole: ServedRole = {
  settings: ['accounts', 'users'],
  async serve({ config, logger, member, openUsers }) {
    const { limits, maxBytesInFlight } = config;
    const { accounts, credentials } = await openUsers();
    return serveDirector({
      member,
      accounts,
      credentials,
      logger,
      limits,
      ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
    });
  },
};
