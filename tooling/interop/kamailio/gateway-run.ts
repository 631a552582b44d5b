import { mkdir, readFile } from 'node:fs/promises';
import type { AppProcess } from '@entente/testkit';
import {
  type GatewayFiles,
  gatewayFile,
  outsideNumber,
  startGateway,
  startMediation,
  userNumber,
} from './gateway.ts';
import { callsBothWays, callsTheGatewayEnds } from './gateway-calls.ts';
import { isRevoked, refusesCertificates, refusesRequests } from './gateway-refusals.ts';
import { runCommands } from './guide.ts';
import type { OpensslAuthority } from './openssl-authority.ts';
import { accountsAt, publish } from './our-network.ts';
import { refusedByKamailio } from './refusals.ts';
import { type KamailioSetting, startOurTelephone } from './telephones.ts';

/** The user of ours who has a telephone in this run. */
const user = 'dave';
/** The gateway is asked more often than the default says: a run waits for it. */
const oftenAsked = 'healthSeconds: 1';
/** The gateway ends calls that last longer, where a run is about that. */
const longestCallSeconds = 2;

/**
 * Kamailio as our gateway to the telephone network, behind a mediation server: certified and given numbers by the guide, calls both ways, and what is
 * refused.
 *
 * @param setting - our network, with accounts and without a mediation server
 * @param foreign - a CA that our organisation has no use for inside
 */
export async function runGateway(setting: KamailioSetting, foreign: OpensslAuthority): Promise<void> {
  const { guide, log, signal } = setting;
  const files = { certificate: gatewayFile(setting, 'tls.crt'), key: gatewayFile(setting, 'tls.key') };
  await mkdir(gatewayFile(setting, ''), { recursive: true });
  // Both take seconds, and neither waits for the other.
  const [isIssued, mediation] = await Promise.all([
    log.step(
      'the gateway has a certificate of our CA, as the guide says',
      async () => (await runCommands(guide.commands('entente cert issue'), signal)).split('\n')[0] ?? '',
    ),
    startMediation(setting),
  ]);
  if (!isIssued) return;
  await useGateway(setting, mediation, files);
  await refusesCertificates(setting, mediation, foreign);
}

async function useGateway(
  setting: KamailioSetting,
  mediation: AppProcess,
  files: GatewayFiles,
): Promise<void> {
  const { log, network } = setting;
  await using kamailio = await startGateway(setting, files);
  await log.step('numbers go to the gateway, and a user has one, as the guide says', () =>
    giveNumbers(setting, mediation),
  );
  const port = network.organisation.frontEnds[0]?.port ?? 0;
  const where = 'at a front end';
  const ours = await startOurTelephone(setting, user, port, { contacts: [], where });
  if (ours === undefined) return;
  await callsBothWays(setting, kamailio, ours);
  await log.step('the gateway refuses a server of ours that is not a mediation server', async () => {
    const { fqdn: name, port } = network.organisation.gateway;
    const roots = await readFile(network.anchorsFile, 'utf8');
    const to = `${outsideNumber}@${name}`;
    return refusedByKamailio(network, { method: 'OPTIONS', to, server: { name, port }, roots });
  });
  await refusesRequests(setting, mediation);
  await kamailio[Symbol.asyncDispose]();
  const short = (routes: string): string =>
    routes.replace('"default_timeout", 14400', `"default_timeout", ${longestCallSeconds}`);
  await using impatient = await startGateway(setting, files, short);
  await callsTheGatewayEnds(setting, impatient, ours);
  await isRevoked(setting, mediation, files);
}

/** Routes and the number of a user, by the commands of the guide. */
async function giveNumbers(
  { guide, network, signal }: KamailioSetting,
  mediation: AppProcess,
): Promise<string> {
  const servers = [...network.frontEnds, mediation];
  const routes = guide.commands('cat >> topology.yaml').replace('telephony:', `telephony:\n  ${oftenAsked}`);
  const ofUser = guide.commands('entente user number').replaceAll('alice@', `${user}@`);
  const [version] = await Promise.all([publish(guide, routes, servers, signal), runCommands(ofUser, signal)]);
  await accountsAt(network, servers, [userNumber, 'dial-outside'], signal);
  return `version ${version}`;
}
