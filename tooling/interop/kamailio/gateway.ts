import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppProcess } from '@entente/testkit';
import { startApp } from '@entente/testkit/repository';
import { stringify } from 'yaml';
import { type Kamailio, startKamailio } from '../programs/kamailio.ts';
import { writeBelow } from './guide.ts';
import type { KamailioSetting } from './telephones.ts';
import { type SentText, sendText, type TextToSend } from './text-sender.ts';

/** Where the gateway listens for its telephones, as the guide has it. */
export const telephonePort = 5071;
/** The number that the guide gives to a user. */
export const userNumber = '+4930555010';
/** A number of the telephone network. */
export const outsideNumber = '+498912345';

const pauseMs = 100;

/** Certificate and key of a gateway, files in PEM. */
export interface GatewayFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Where the guide puts a file of the gateway. */
export function gatewayFile({ guide }: Pick<KamailioSetting, 'guide'>, name: string): string {
  return join(guide.folder, 'gateway', name);
}

/**
 * Starts the gateway with the files of the guide.
 *
 * @param files - what it presents
 * @param change - what is otherwise in its routes
 */
export async function startGateway(
  setting: Pick<KamailioSetting, 'guide' | 'network'>,
  { certificate, key }: GatewayFiles,
  change: (routes: string) => string = (routes) => routes,
): Promise<Kamailio> {
  const { guide, network } = setting;
  const { gateway, mediation } = network.organisation;
  const here = (text: string): string =>
    text
      .replaceAll('192.0.2.30', '127.0.0.1')
      .replaceAll('5061', String(gateway.port))
      .replaceAll('5067', String(mediation.otherPorts.gateway));
  return startKamailio({
    routes: here(change(guide.file('gateway/kamailio.cfg'))),
    tls: here(guide.file('gateway/tls.cfg')),
    files: {
      'tls.crt': await readFile(certificate, 'utf8'),
      'tls.key': await readFile(key, 'utf8'),
      'contoso_root_ca.crt': await readFile(network.anchorsFile, 'utf8'),
    },
    directory: gatewayFile(setting, 'kamailio'),
  });
}

/** Waits until the mediation server has reached a gateway: it asks each by OPTIONS. */
export async function isAsked(kamailio: Kamailio, signal: AbortSignal): Promise<void> {
  while (!kamailio.requests.some(({ method }) => method === 'OPTIONS'))
    await pause(pauseMs, undefined, { signal });
}

/** Starts the mediation server that the topology lists. */
export async function startMediation({ guide, network, started }: KamailioSetting): Promise<AppProcess> {
  const { fqdn } = network.organisation.mediation;
  const configFile = await writeBelow(
    guide.folder,
    `network/${fqdn}.yaml`,
    stringify({
      fqdn,
      directory: join(network.directory, fqdn),
      join: { token: await network.administrator.joinToken(fqdn) },
      addresses: Object.fromEntries(network.addresses),
    }),
  );
  return started.own(await startApp('pool-server', { name: fqdn, configFile }));
}

/** What a telephone sends over the gateway to a number; it knows the gateway by the name in its certificate. */
export function sendOverGateway(
  { network }: Pick<KamailioSetting, 'network'>,
  text: Pick<TextToSend, 'method' | 'from' | 'roots'> & { readonly number: string; readonly name: string },
): Promise<SentText> {
  const { fqdn } = network.organisation.gateway;
  const { name, number, ...rest } = text;
  const server = { name, port: telephonePort };
  return sendText({ ...rest, to: `${number}@${fqdn};user=phone`, text: 'hello', server });
}
