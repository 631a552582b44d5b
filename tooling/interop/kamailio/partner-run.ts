import { readFile } from 'node:fs/promises';
import { cancelledCall, message, wholeCall } from '../calls/whole-call.ts';
import type { Kamailio } from '../programs/kamailio.ts';
import type { Telephone } from '../programs/telephone.ts';
import { believedByTls, type IssuedFiles, type OpensslAuthority } from './openssl-authority.ts';
import { publish } from './our-network.ts';
import { partnerDomain, partnerHost, partnerPorts, startPartnerProxy } from './partner-proxy.ts';
import {
  evidence,
  nextRefusal,
  nothingArrived,
  type RefusalSetting,
  refusedByKamailio,
  refusesAddressInVia,
  refusesFrom,
  refusesProxy,
} from './refusals.ts';
import { type KamailioSetting, startOurTelephone, startTelephone } from './telephones.ts';

const grace = `grace@${partnerDomain}`;

/** Kamailio as the proxy of a partner: refused until it is what the guide says, then a partner, then revoked. */
export class PartnerRun {
  readonly #setting: KamailioSetting;
  readonly #authority: OpensslAuthority;
  readonly #other: OpensslAuthority;

  /**
   * @param setting - our network, which does not know the partner yet
   * @param authority - of the partner
   * @param other - of another partner, whose root our network has
   */
  constructor(setting: KamailioSetting, authority: OpensslAuthority, other: OpensslAuthority) {
    this.#setting = setting;
    this.#authority = authority;
    this.#other = other;
  }

  async run(): Promise<void> {
    const { guide, log, network, signal } = this.#setting;
    const { edge } = network;
    if (edge === undefined) throw new Error('the network has no edge');
    const alice = await network.startUser('alice');
    await alice.register();
    const refusing: RefusalSetting = { ...this.#setting, edge, alice };
    const authority = this.#authority;
    const certificate = await authority.issue();
    await refusesProxy(refusing, {
      what: 'a root that was not exchanged',
      certificate,
      exchanged: [authority],
      dialsUs: 'unknown-issuer',
    });
    await log.step('the partner is added as the guide says', async () => {
      const version = await publish(guide, guide.commands('topology add partner'), [edge], signal);
      return `version ${version}`;
    });
    await refusesProxy(refusing, {
      what: 'the certificate is of another partner’s CA',
      certificate: await this.#other.issue(),
      exchanged: [authority, this.#other],
      dialsUs: 'anchor-limit-violated',
      weDial: 'anchor-limit-violated',
    });
    await refusesProxy(refusing, {
      what: 'the certificate has the name of the host alone',
      certificate: await authority.issue(`DNS:${partnerHost}`),
      exchanged: [authority],
      dialsUs: 'partner-not-allowed',
      weDial: 'name-mismatch',
    });
    await refusesAddressInVia(refusing, certificate, authority);
    await this.#asPartner(refusing, await authority.issue());
  }

  async #asPartner(refusing: RefusalSetting, certificate: IssuedFiles): Promise<void> {
    const { guide, log, network } = this.#setting;
    const { organisation } = network;
    const kamailio = await startPartnerProxy(guide, certificate, network.anchorsFile);
    try {
      const contacts = [grace, ...['alice', 'dave', 'frank'].map((user) => `${user}@${organisation.domain}`)];
      const ours = (user: string, port: number, where: string) =>
        startOurTelephone(this.#setting, user, port, { contacts, where });
      const inside = await ours('dave', organisation.frontEnds[0]?.port ?? 0, 'at a front end');
      const outside = await ours('frank', organisation.edge.externalPorts.clients, 'at the edge');
      const partner = await startTelephone(this.#setting, {
        address: grace,
        password: 'unused: Kamailio asks for none here',
        server: { host: partnerDomain, port: partnerPorts.clients },
        anchorsFile: this.#authority.root,
        contacts,
        where: 'at Kamailio',
      });
      if (inside === undefined || outside === undefined || partner === undefined) return;
      await this.#between('a user at a front end', inside, partner);
      await this.#between('a user at the edge', outside, partner);
      await log.step('Kamailio received every request by TLS, from both sides', async () =>
        everyRequestByTls(kamailio.requests),
      );
      await log.step('Kamailio refuses a server of ours that is not an edge', async () => {
        const server = { name: partnerHost, port: partnerPorts.federation };
        const roots = await readFile(this.#authority.root, 'utf8');
        return refusedByKamailio(network, { to: grace, server, roots });
      });
      await refusesFrom(refusing, refusing.alice.user.address, this.#authority);
      await refusesFrom(refusing, 'heidi@litware.example', this.#authority);
      await log.step('what was refused has not arrived', async () => {
        const { address } = refusing.alice.user;
        await partner.message(address, 'at last');
        await refusing.alice.received('at last');
        return nothingArrived(refusing);
      });
      await this.#isRevoked(refusing, certificate);
      // Whom others call from here on has no other telephone.
      for (const telephone of [inside, outside, partner]) await telephone[Symbol.asyncDispose]();
    } finally {
      await kamailio[Symbol.asyncDispose]();
    }
    await refusesProxy(refusing, {
      what: 'the certificate is revoked',
      certificate,
      exchanged: [this.#authority],
      dialsUs: 'revoked',
      weDial: 'revoked',
    });
  }
  async #between(who: string, ours: Telephone, theirs: Telephone): Promise<void> {
    const step = (name: string, run: () => Promise<string>) => this.#setting.log.step(`${who}: ${name}`, run);
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

  /** The partner revokes the certificate while it is in use; nobody tells our edge but the list. */
  async #isRevoked(refusing: RefusalSetting, certificate: IssuedFiles): Promise<void> {
    const { log, signal } = this.#setting;
    await log.step('the certificate is revoked: open connections are closed', async () => {
      const closed = nextRefusal(refusing.edge, ({ when }) => when === 'live');
      await this.#authority.revokeLast();
      const tls = await believedByTls(certificate.certificate, [this.#authority.root], signal);
      return `${tls}; ${evidence(await closed, 'revoked')}`;
    });
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
  for (const [side, port] of Object.entries(partnerPorts)) {
    const seen = new Set(requests.filter((request) => request.port === port).map(({ method }) => method));
    const missing = expected.filter((method) => !seen.has(method));
    if (missing.length > 0) throw new Error(`no ${missing.join(', ')} came on the port for ${side}`);
  }
  return `${requests.length} requests`;
}
