import { join } from 'node:path';
import type { Network } from '@entente/testkit';
import type { Started } from '../calls/started.ts';
import type { StepLog } from '../calls/step-log.ts';
import { startBaresip } from '../programs/baresip.ts';
import type { Telephone } from '../programs/telephone.ts';
import type { Guide } from './guide.ts';

/** What the parts of a run with Kamailio share. */
export interface KamailioSetting {
  readonly guide: Guide;
  readonly network: Network;
  readonly log: StepLog;
  readonly signal: AbortSignal;
  readonly started: Started;
  /** Free TCP ports; each telephone takes one away. */
  readonly controlPorts: number[];
}

/** A baresip to start. */
export interface TelephoneOrder {
  readonly address: string;
  readonly password: string;
  readonly server: { readonly host: string; readonly port: number };
  /** PEM file. */
  readonly anchorsFile: string;
  readonly contacts: readonly string[];
  /** Where it registers, for people. */
  readonly where: string;
}

/**
 * Starts a baresip and waits until it is registered.
 *
 * @returns undefined where it could not; the step says why
 */
export async function startTelephone(
  { controlPorts, guide, log, started }: KamailioSetting,
  { address, where, ...account }: TelephoneOrder,
): Promise<Telephone | undefined> {
  const controlPort = controlPorts.shift();
  if (controlPort === undefined) throw new Error('more telephones than control ports');
  let telephone: Telephone | undefined;
  await log.step(`${address} registers ${where}`, async () => {
    const directory = join(guide.folder, `baresip-${controlPort}`);
    const found = started.own(
      await startBaresip({ ...account, address, name: `baresip of ${address}`, directory, controlPort }),
    );
    await found.registered();
    telephone = found;
    return 'answered 200';
  });
  return telephone;
}

/** Starts the telephone of a user of ours. */
export function startOurTelephone(
  setting: KamailioSetting,
  user: string,
  port: number,
  more: Pick<TelephoneOrder, 'contacts' | 'where'>,
): Promise<Telephone | undefined> {
  const { anchorsFile, organisation } = setting.network;
  const account = organisation.users.find(({ address }) => address === `${user}@${organisation.domain}`);
  if (account === undefined) throw new Error(`${organisation.domain} has no user ${user}`);
  const { address, password } = account;
  const server = { host: organisation.domain, port };
  return startTelephone(setting, { address, password, server, anchorsFile, ...more });
}
