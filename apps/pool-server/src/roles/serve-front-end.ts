import { join } from 'node:path';
import { openLocations, serveFrontEnd } from '@entente/front-end';
import { pathBeside, type ServerProblem } from '@entente/host';
import { policiesOfPlugins } from '@entente/sip-relay';
import type { RoleParts, RunningRole, ServedRole } from './role.ts';

/** Registers users and routes their requests. */
export const frontEndRole: ServedRole = {
  settings: ['accounts', 'locations', 'users'],
  ports: ['locations', 'request-policy'],
  async serve(parts: RoleParts): Promise<RunningRole> {
    const { config, configFile, logger, member, plugins } = parts;
    const shared = await openLocations({ config, configFile, plugins, member, logger });
    try {
      const { locations } = shared;
      const { limits, maxBytesInFlight } = config;
      const { accounts, credentials } = await parts.openUsers();
      const frontEnd = await serveFrontEnd({
        member,
        accounts,
        credentials,
        logger,
        policies: policiesOfPlugins(plugins),
        limits,
        ...(locations === undefined ? {} : { locations }),
        registrationsFile: join(pathBeside(configFile, config.directory), 'registrations.jsonl'),
        ...(maxBytesInFlight === undefined ? {} : { maxBytesInFlight }),
      });
      return {
        port: frontEnd.port,
        metrics: frontEnd.metrics,
        problems: () => [...storeProblems(shared.isLost), ...shared.problems(), ...frontEnd.problems()],
        drain: (withinMs) => frontEnd.drain(withinMs),
        async [Symbol.asyncDispose]() {
          await frontEnd[Symbol.asyncDispose]();
          await shared[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await shared[Symbol.asyncDispose]();
      throw error;
    }
  },
};

/** Its users are still found; nobody can register. */
function storeProblems(isLost: boolean): readonly ServerProblem[] {
  if (!isLost) return [];
  return [
    {
      part: 'locations',
      message: 'expected a store of locations that answers, found none: registrations are refused',
      remedy: 'Check that Redis runs, and that this server reaches it.',
      stops: false,
    },
  ];
}
