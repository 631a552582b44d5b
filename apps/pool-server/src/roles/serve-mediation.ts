import { OperatorFault } from '@entente/host';
import { serveMediation } from '@entente/mediation';
import type { ServedRole } from './role.ts';

/** Carries calls between the users of the domain and the telephone network. */
export const mediationRole: ServedRole = {
  settings: ['accounts'],
  ports: [],
  async serve({ config, configFile, logger, member, openUsers }) {
    const { limits, maxBytesInFlight } = config;
    const { accounts } = await openUsers();
    if (accounts === undefined) throw withoutAccounts(configFile);
    const mediation = await serveMediation({
      member,
      accounts,
      logger,
      limits,
      ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
    });
    return {
      port: mediation.ports.inside,
      metrics: mediation.metrics,
      drain: (withinMs) => mediation.drain(withinMs),
      [Symbol.asyncDispose]: () => mediation[Symbol.asyncDispose](),
    };
  },
};

/** A file of users has neither numbers nor rights; it is refused before, as a setting of other roles. */
function withoutAccounts(place: string): OperatorFault {
  return new OperatorFault('ENTENTE_SETTING_OF_OTHER_ROLE', {
    sentence:
      'expected the accounts of the domain, found a file of users, which has neither numbers nor rights',
    place,
    remedy: 'leave "users" out',
  });
}
