import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  anchorOf,
  freePorts,
  type Network,
  type PublicAuthority,
  startNetwork,
  startPublicAuthority,
} from '@entente/testkit';
import { Started } from '../calls/started.ts';
import { StepLog } from '../calls/step-log.ts';
import { cancelledCall, message, wholeCall } from '../calls/whole-call.ts';
import { capturing, startCapture } from '../capture/capture.ts';
import { describeCaptured } from '../capture/describe-captured.ts';
import { startBaresip } from '../programs/baresip.ts';
import { type Kamailio, kamailioPorts, startKamailio } from '../programs/kamailio.ts';
import type { Telephone } from '../programs/telephone.ts';
import type { InteropOptions, InteropScenario } from '../scenario.ts';

const domain = 'fabrikam.example';
const host = `sip.${domain}`;
const partnerUser = { address: `grace@${domain}`, password: 'unused: Kamailio asks for none here' };

/** A partner domain with a CA of its own, whose proxy is Kamailio and whose user has a baresip. */
export const scenario: InteropScenario = {
  name: 'kamailio',
  needs: [
    { program: 'kamailio', package: 'kamailio kamailio-tls-modules' },
    { program: 'baresip', package: 'baresip-core' },
    capturing,
  ],
  timeoutMs: 180_000,
  async run(options) {
    const log = new StepLog(options);
    const controlPorts = await freePorts(3);
    await using capture = await startCapture(controlPorts);
    await using authority = await startPublicAuthority('Fabrikam Root', `crl.${domain}`);
    await using network = await startOurs(authority, options);
    await using started = new Started(options.signal);
    await new Run(network, authority, controlPorts, started, log).run();
    await log.step('nothing of SIP passed outside TLS', async () => describeCaptured(await capture.finish()));
    return log.steps;
  },
};

/** Our organisation, which lists the partner by its domain and believes its root for that domain alone. */
async function startOurs(
  { authority, host: listHost }: PublicAuthority,
  { log }: InteropOptions,
): Promise<Network> {
  const root = Buffer.from(authority.certificatePem.replace(/-----[^-]*-----|\s/g, ''), 'base64');
  const network = await startNetwork({
    clients: [],
    dnsPort: 53,
    otherHosts: [domain, host, listHost],
    partners: [
      { kind: 'allowed-domain', id: 'fabrikam', domains: [domain], anchors: [anchorOf('root', root)] },
    ],
    onStep: log,
  });
  // The external view of both domains, which is what each sees of the other.
  const { externalFqdn, externalPorts } = network.organisation.edge;
  const ours = [{ target: externalFqdn, port: externalPorts.federation }];
  network.services.set(`_sips._tcp.${network.organisation.domain}`, ours);
  const theirs = [{ target: host, port: kamailioPorts.federation }];
  for (const service of ['_sipfederationtls._tcp', '_sips._tcp'])
    network.services.set(`${service}.${domain}`, theirs);
  return network;
}

/** One run, from the first registration to the last call. */
class Run {
  readonly #network: Network;
  readonly #authority: PublicAuthority;
  readonly #controlPorts: number[];
  readonly #started: Started;
  readonly #log: StepLog;

  constructor(
    network: Network,
    authority: PublicAuthority,
    controlPorts: readonly number[],
    started: Started,
    log: StepLog,
  ) {
    this.#network = network;
    this.#authority = authority;
    this.#controlPorts = [...controlPorts];
    this.#started = started;
    this.#log = log;
  }

  async run(): Promise<void> {
    const { organisation } = this.#network;
    const kamailio = await this.#startKamailio();
    if (kamailio === undefined) return;
    const inside = await this.#ourTelephone('dave', organisation.frontEnds[0]?.port ?? 0, 'at a front end');
    const outside = await this.#ourTelephone('frank', organisation.edge.externalPorts.clients, 'at the edge');
    const partner = await this.#partnersTelephone();
    if (inside === undefined || outside === undefined || partner === undefined) return;
    await this.#between('a user at a front end', inside, partner);
    await this.#between('a user at the edge', outside, partner);
    await this.#log.step('Kamailio received every request by TLS, from both sides', async () =>
      everyRequestByTls(kamailio.requests),
    );
  }

  async #between(who: string, ours: Telephone, theirs: Telephone): Promise<void> {
    const step = (name: string, run: () => Promise<string>) => this.#log.step(`${who}: ${name}`, run);
    await step('messages both ways', async () => {
      await message(ours, theirs);
      return message(theirs, ours);
    });
    await step('calls the partner, and hangs up', () => wholeCall(ours, theirs, ours));
    await step('calls the partner, who hangs up', () => wholeCall(ours, theirs, theirs));
    await step('is called by the partner, who hangs up', () => wholeCall(theirs, ours, theirs));
    await step('is called by the partner, and hangs up', () => wholeCall(theirs, ours, ours));
    await step('calls the partner, and gives up', () => cancelledCall(ours, theirs));
    await step('is called by the partner, who gives up', () => cancelledCall(theirs, ours));
  }

  async #startKamailio(): Promise<Kamailio | undefined> {
    let kamailio: Kamailio | undefined;
    await this.#log.step('Kamailio starts as the proxy of the partner domain', async () => {
      kamailio = this.#started.own(
        await startKamailio({
          domain,
          host,
          certificate: await this.#authority.issue([domain, host]),
          partner: this.#network.organisation.domain,
          partnerAnchorsFile: this.#network.anchorsFile,
          directory: join(this.#network.directory, 'kamailio'),
        }),
      );
      return `${host}, ports ${Object.values(kamailioPorts).join(', ')}`;
    });
    return kamailio;
  }

  #ourTelephone(user: string, port: number, where: string): Promise<Telephone | undefined> {
    const { domain: ours, users } = this.#network.organisation;
    const account = users.find(({ address }) => address === `${user}@${ours}`);
    if (account === undefined) throw new Error(`${ours} has no user ${user}`);
    return this.#telephone(account, ours, port, this.#network.anchorsFile, where);
  }

  async #partnersTelephone(): Promise<Telephone | undefined> {
    const anchors = join(this.#network.directory, 'fabrikam.crt');
    await writeFile(anchors, this.#authority.authority.certificatePem);
    return this.#telephone(partnerUser, domain, kamailioPorts.clients, anchors, 'at Kamailio');
  }

  async #telephone(
    { address, password }: { readonly address: string; readonly password: string },
    server: string,
    port: number,
    anchorsFile: string,
    where: string,
  ): Promise<Telephone | undefined> {
    const ours = this.#network.organisation.domain;
    const controlPort = this.#controlPorts.shift() as number;
    let telephone: Telephone | undefined;
    await this.#log.step(`${address} registers ${where}`, async () => {
      const found = this.#started.own(
        await startBaresip({
          name: `baresip of ${address}`,
          address,
          password,
          server: { host: server, port },
          anchorsFile,
          contacts: [partnerUser.address, `dave@${ours}`, `frank@${ours}`],
          directory: join(this.#network.directory, `baresip-${controlPort}`),
          controlPort,
        }),
      );
      await found.registered();
      telephone = found;
      return 'answered 200';
    });
    return telephone;
  }
}

/** The requests of a call, from each side: the initial one, those inside the dialog, and a message. */
const expected = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'MESSAGE'];

function everyRequestByTls(requests: Kamailio['requests']): string {
  const stray = requests.filter(({ transport }) => transport !== 'tls');
  if (stray[0] !== undefined)
    throw new Error(
      `${stray.length} came by another transport, e.g. ${stray[0].method} by ${stray[0].transport}`,
    );
  for (const side of ['partner', 'client'] as const) {
    const seen = new Set(requests.filter((request) => request.side === side).map(({ method }) => method));
    const missing = expected.filter((method) => !seen.has(method));
    if (missing.length > 0) throw new Error(`no ${missing.join(', ')} came from the side of the ${side}`);
  }
  return `${requests.length} requests`;
}
