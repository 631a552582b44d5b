import { OperatorFault } from '@entente/host';
import { type InterfaceEntry, services } from '@entente/topology';

/**
 * Reads an option with a port.
 * @param option - e.g. `--port`
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function readPort(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const port = portIn(text);
  if (port !== undefined) return port;
  throw usage(`expected a port from 1 to 65535, found ${text}`, option, 'give a port number like 5061');
}

/**
 * Reads an option with services and their ports, e.g. `sip=5061`.
 * @param option - e.g. `--external-port`
 * @throws OperatorFault `ENTENTE_USAGE`
 */
export function readPorts(given: readonly string[] | undefined, option: string): InterfaceEntry['ports'] {
  return given && Object.fromEntries(given.map((text) => serviceAndPort(text, option)));
}

function serviceAndPort(text: string, option: string): readonly [string, number] {
  const [service = '', digits = ''] = text.split('=', 2);
  if (!services.some((known) => known === service))
    throw usage(
      `expected a service and its port like sip=5061, found ${text}`,
      option,
      `name one of ${services.join(', ')}`,
    );
  const port = portIn(digits);
  if (port !== undefined && text === `${service}=${digits}`) return [service, port];
  throw usage(
    `expected a port from 1 to 65535 for ${service}, found ${text}`,
    option,
    `give it as in ${option} ${service}=5061`,
  );
}

function portIn(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function usage(sentence: string, option: string, remedy: string): OperatorFault {
  return new OperatorFault('ENTENTE_USAGE', { sentence, place: `option ${option}`, remedy });
}
