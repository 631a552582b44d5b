import { randomBytes } from 'node:crypto';
import type { OpenListener } from '@entente/host';
import type { Member } from '@entente/member';
import { createSealing } from '@entente/sip-proxy';
import { WebAccess, type WebAccessOptions } from './web-access.ts';
import { openWebPort, type WebPortOptions } from './web-port.ts';

/** What web services are answered with. */
export interface ServeWebOptions
  extends Omit<WebAccessOptions, 'sealing' | 'topology'>,
    Pick<WebPortOptions, 'logger' | 'onRefusal'> {
  readonly member: WebPortOptions['member'] & Pick<Member, 'keysFor'>;
}

/** The port at which web services ask. */
export interface ServedWeb extends Omit<OpenListener, 'close' | 'port'>, AsyncDisposable {
  /** Undefined while the topology lets none ask. */
  readonly port: number | undefined;
}

/**
 * Answers web services at the port that the topology names, and follows it from now on.
 * @param options - users, their devices, and who this server is
 * @throws faults of `serve` in `@entente/tls`
 */
export async function serveWeb(options: ServeWebOptions): Promise<ServedWeb> {
  const { logger, member, onRefusal } = options;
  const access = new WebAccess({
    ...options,
    sealing: createSealing(member.keysFor('web-sessions'), randomBytes),
    topology: () => member.topology,
  });
  const port = openWebPort({ member, access, logger, onRefusal });
  await port.open();
  const stopFollowing = member.trust.onChange(() => void port.changed());
  return {
    get port() {
      return port.port;
    },
    stopAccepting: () => port.stopAccepting(),
    async [Symbol.asyncDispose]() {
      stopFollowing();
      await port[Symbol.asyncDispose]();
    },
  };
}
