import { serveWebServices } from '@entente/web-services';
import type { ServedRole } from './role.ts';

/**
 * Serves the page and the JSON of users. It follows the accounts as the authority feeds them to this role, without verifiers: there is
 * no other source that would give it less than everything.
 */
export const webServicesRole: ServedRole = {
  settings: [],
  ports: [],
  async serve({ config, logger, member }) {
    const accounts = await member.followAccounts();
    return serveWebServices({ member, accounts, logger, limits: config.limits });
  },
};
