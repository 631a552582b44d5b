import { serveDirector } from '@entente/director';
import { policiesOfPlugins } from '@entente/sip-relay';
import type { ServedRole } from './role.ts';

/** Authenticates external users, and hands on to their home front ends what they may send. */
export const directorRole: ServedRole = {
  settings: ['accounts', 'users'],
  ports: ['request-policy'],
  async serve({ config, logger, member, openUsers, plugins }) {
    const { limits, maxBytesInFlight } = config;
    const { accounts, credentials } = await openUsers();
    return serveDirector({
      member,
      accounts,
      credentials,
      logger,
      policies: policiesOfPlugins(plugins),
      limits,
      ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
    });
  },
};
