import { callEndedBetween, cancelledCall, wholeCall } from '../calls/whole-call.ts';
import type { Kamailio } from '../programs/kamailio.ts';
import type { Telephone } from '../programs/telephone.ts';
import { isAsked, outsideNumber, telephonePort, userNumber } from './gateway.ts';
import { type KamailioSetting, startTelephone } from './telephones.ts';

/** Calls between a user of ours and a telephone at the gateway, each ended by each side. */
export async function callsBothWays(
  setting: KamailioSetting,
  kamailio: Kamailio,
  ours: Telephone,
): Promise<void> {
  const { log, network, signal } = setting;
  const { domain, gateway } = network.organisation;
  const theirs = await telephoneOutside(setting, outsideNumber);
  if (theirs === undefined) return;
  await isAsked(kamailio, signal);
  const outside = `${outsideNumber}@${domain};user=phone`;
  const local = `0${outsideNumber.slice(3)}@${domain};user=phone`;
  const inside = `${userNumber}@${gateway.fqdn};user=phone`;
  const call = (name: string, from: Telephone, to: Telephone, ending: Telephone, dialled: string) =>
    log.step(`the telephone network: ${name}`, () => wholeCall(from, to, ending, dialled));
  await call('a user calls a number, and hangs up', ours, theirs, ours, outside);
  await call('a user calls a number as it is dialled here, and is hung up on', ours, theirs, theirs, local);
  await call('a user is called, and hangs up', theirs, ours, ours, inside);
  await call('a user is called, and is hung up on', theirs, ours, theirs, inside);
  await log.step('the telephone network: a user calls a number, and gives up', () =>
    cancelledCall(ours, theirs, outside),
  );
  await log.step('the telephone network: a user is called, and the caller gives up', () =>
    cancelledCall(theirs, ours, inside),
  );
  await log.step('the gateway is told the number of the caller, by TLS', async () =>
    toldNumberByTls(kamailio.requests, ours.address),
  );
}

/**
 * Calls that the gateway ends by BYEs of its own.
 *
 * @param kamailio - a gateway that lets no call last long
 */
export async function callsTheGatewayEnds(
  setting: KamailioSetting,
  kamailio: Kamailio,
  ours: Telephone,
): Promise<void> {
  const { log, network, signal } = setting;
  const { domain, gateway } = network.organisation;
  const other = `${outsideNumber}6`;
  const theirs = await telephoneOutside(setting, other);
  if (theirs === undefined) return;
  await isAsked(kamailio, signal);
  const ended = (name: string, run: () => Promise<string>) =>
    log.step(`the telephone network: the gateway itself ends ${name}`, run);
  await ended('a call of a user', () =>
    callEndedBetween(ours, theirs, `${other}@${domain};user=phone`, [ours, theirs]),
  );
  // A caller at the gateway is behind a connection, which the gateway's own BYE does not find.
  await ended('a call to a user', () =>
    callEndedBetween(theirs, ours, `${userNumber}@${gateway.fqdn};user=phone`, [ours]),
  );
}

function telephoneOutside(setting: KamailioSetting, number: string): Promise<Telephone | undefined> {
  const { anchorsFile, organisation } = setting.network;
  const { fqdn } = organisation.gateway;
  return startTelephone(setting, {
    address: `${number}@${fqdn}`,
    password: 'unused: Kamailio asks for none here',
    server: { host: fqdn, port: telephonePort },
    anchorsFile,
    contacts: [],
    where: 'at the gateway',
  });
}

function toldNumberByTls(requests: Kamailio['requests'], address: string): string {
  const stray = requests.find(({ transport }) => transport !== 'tls');
  if (stray !== undefined) throw new Error(`${stray.method} came by ${stray.transport}`);
  const told = requests
    .filter(({ asserted, method, port }) => method === 'INVITE' && port !== telephonePort && asserted !== '')
    .map(({ asserted }) => asserted);
  const [first] = told;
  if (first === undefined || told.some((text) => !text.includes(userNumber) || text.includes(address)))
    throw new Error(`expected ${userNumber} alone, found ${JSON.stringify(told)}`);
  return first;
}
