import { TlsFault } from './fault.ts';

/**
 * Refuses to run where an environment variable turns Node's certificate checks off: our verdict would stand, but every other
 * connection of the process would believe anybody.
 *
 * @param environment - default `process.env`
 * @throws TlsFault `ENTENTE_PLATFORM_CHECKS_OFF`
 */
export function refuseDisabledChecks(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  throw new TlsFault('ENTENTE_PLATFORM_CHECKS_OFF', {
    sentence: 'expected certificate checks to be on, found NODE_TLS_REJECT_UNAUTHORIZED=0',
    place: 'environment variable NODE_TLS_REJECT_UNAUTHORIZED',
    remedy: 'unset it; to trust a private CA give its root as an anchor',
  });
}
