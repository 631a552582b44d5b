import { join } from 'node:path';
import { freePorts, type Network } from '@entente/testkit';
import { type Federation, startFederation } from '@entente/testkit/repository';
import { capturing, startCapture } from '../capture/capture.ts';
import { describeCaptured } from '../capture/describe-captured.ts';
import type { Account, Telephone } from '../programs/telephone.ts';
import type { InteropScenario } from '../scenario.ts';
import { startImpostor } from './impostor.ts';
import { type ServerDies, startPoolOfTwo } from './pool-of-two.ts';
import { presenceOf } from './presence.ts';
import { Started } from './started.ts';
import { StepLog } from './step-log.ts';
import {
  callToTwoDevices,
  cancelledCall,
  cancelledCallToTwoDevices,
  message,
  wholeCall,
} from './whole-call.ts';

/** A kind of telephone, and users of the test network whose verifiers it understands. */
export interface TelephoneKind extends Pick<InteropScenario, 'name' | 'needs'> {
  /**
   * Starts one.
   *
   * @param account - who it is
   * @param controlPort - a free TCP port, should it take commands there
   */
  readonly start: (account: Account, controlPort: number) => Promise<Telephone>;
  /** User parts: one at the first front end, one at the second, and one of the partner's. */
  readonly users: { readonly inside: string; readonly colleague: string; readonly partner: string };
  /** The name by which it asks for its server: that of the domain, or the server's own. */
  readonly asksFor: 'domain' | 'server';
  /** When the server of its registration dies, for it to meet a nonce of one server at another one. */
  readonly serverDies: ServerDies;
  /** Whether it tells its user's presence to those who subscribe. */
  readonly isNotifier?: boolean;
  /** What it says of a server that does not have the name that it asked for. */
  readonly wrongName: RegExp;
}

/** Telephones of one run: inside, colleague, colleague outside, partner, the one whose server dies, and the one that meets an impostor. */
const telephones = 6;

/**
 * The scenario of a kind of telephone: messages and whole calls within the pool, through the edge and across the federation, with nothing
 * outside TLS.
 *
 * @param kind - of telephone
 */
export function telephoneScenario(kind: TelephoneKind): InteropScenario {
  return {
    name: kind.name,
    needs: [...kind.needs, capturing],
    timeoutMs: 180_000,
    async run(options) {
      const log = new StepLog(options);
      const controlPorts = await freePorts(telephones);
      await using capture = await startCapture(controlPorts);
      await using federation = await startFederation({
        clients: ['carol'],
        partnerClients: [],
        dnsPort: 53,
        onStep: options.log,
      });
      await using started = new Started(options.signal);
      await new Run(kind, federation, controlPorts, started, log).run();
      await log.step('nothing of SIP passed outside TLS', async () =>
        describeCaptured(await capture.finish()),
      );
      return log.steps;
    },
  };
}

/** One run, from the first registration to the last call. */
class Run {
  readonly #kind: TelephoneKind;
  readonly #federation: Federation;
  readonly #controlPorts: number[];
  readonly #log: StepLog;
  readonly #started: Started;

  constructor(
    kind: TelephoneKind,
    federation: Federation,
    controlPorts: readonly number[],
    started: Started,
    log: StepLog,
  ) {
    this.#kind = kind;
    this.#federation = federation;
    this.#controlPorts = [...controlPorts];
    this.#started = started;
    this.#log = log;
  }

  async run(): Promise<void> {
    const { users } = this.#kind;
    const { contoso, fabrikam } = this.#federation;
    const [first, second] = frontEndPorts(contoso);
    const [partnerPort] = frontEndPorts(fabrikam);
    const inside = await this.#register(contoso, users.inside, first, 'at the first front end');
    const colleague = await this.#register(contoso, users.colleague, second, 'at the second front end');
    const partner = await this.#register(fabrikam, users.partner, partnerPort, "at the partner's front end");
    if (inside === undefined || colleague === undefined || partner === undefined) return;
    await this.#withOurClient(contoso, inside);
    if (this.#kind.isNotifier === true) {
      const carol = { user: 'carol', port: second };
      await this.#step('a user agent of ours subscribes to its presence, renews that and ends it', () =>
        presenceOf(contoso, inside, carol),
      );
      await this.#step("the same with the partner's", () => presenceOf(contoso, partner, carol));
    }
    await this.#pair('within the pool', inside, colleague);
    await this.#pair('across the federation', inside, partner);
    const { clients } = contoso.organisation.edge.externalPorts;
    const outside = await this.#register(contoso, users.colleague, clients, 'from outside, at the edge');
    if (outside === undefined) return;
    await this.#step('a user with a device inside and one outside is called, and answers outside', () =>
      callToTwoDevices(inside, outside, colleague),
    );
    await this.#step('the partner calls that user, who answers inside', () =>
      callToTwoDevices(partner, colleague, outside),
    );
    await this.#step('a user with a device inside and one outside is called, and the caller gives up', () =>
      cancelledCallToTwoDevices(inside, colleague, outside),
    );
    // From here on the user has one device, outside: what it gets and sends passes the edge.
    await this.#step('the device inside is switched off', async () => {
      await colleague[Symbol.asyncDispose]();
      return 'it has ended, and its connections with it';
    });
    await this.#pair('through the edge', outside, inside);
    await this.#pair('through the edge and across the federation', outside, partner);
    await this.#outlivesServer(contoso);
    await this.#refusesWrongName(contoso);
  }

  async #withOurClient(network: Network, telephone: Telephone): Promise<void> {
    const carol = network.user('carol');
    await this.#step('a message of our own client arrives', async () => {
      const outcome = await carol.message(`sip:${telephone.address}`, 'hello from carol');
      if (outcome.status !== 200) throw new Error(`it was answered ${outcome.status}`);
      await telephone.received('hello from carol');
      return 'answered 200, and received';
    });
    await this.#step('a message to our own client arrives', async () => {
      await telephone.message(carol.user.address, 'hello to carol');
      return JSON.stringify((await carol.received('hello to carol')).text);
    });
  }

  /** Messages and calls between two telephones, each of them in each part once. */
  async #pair(where: string, one: Telephone, other: Telephone): Promise<void> {
    await this.#step(`messages ${where}`, async () => {
      await message(one, other);
      return message(other, one);
    });
    await this.#step(`a call ${where}, ended by the caller`, () => wholeCall(one, other, one));
    await this.#step(`a call ${where}, ended by the called`, () => wholeCall(other, one, one));
    await this.#step(`a call ${where}, given up by the caller`, () => cancelledCall(one, other));
    await this.#step(`a call ${where} the other way, given up by the caller`, () =>
      cancelledCall(other, one),
    );
  }

  async #register(
    network: Network,
    user: string,
    port: number,
    where: string,
  ): Promise<Telephone | undefined> {
    let telephone: Telephone | undefined;
    await this.#step(
      `${user}@${network.organisation.domain} registers ${where}, verifying our CA`,
      async () => {
        telephone = await this.#start(network, user, port);
        await telephone.registered();
        return `answered 200 on port ${port}`;
      },
    );
    return this.#log.steps.at(-1)?.ok === true ? telephone : undefined;
  }

  async #outlivesServer(network: Network): Promise<void> {
    const { domain, users } = network.organisation;
    const user = users.find(({ address }) => address === `${this.#kind.users.inside}@${domain}`);
    if (user === undefined) throw new Error(`${domain} has no user ${this.#kind.users.inside}`);
    const { serverDies } = this.#kind;
    await using pool = await startPoolOfTwo(network, user, serverDies);
    await this.#step(
      `it registers at another server of a pool where its own dies ${serverDies}`,
      async () => {
        const telephone = await this.#start(network, this.#kind.users.inside, pool.port);
        await telephone.registered();
        if (serverDies === 'after the registration') await telephone.registered();
        await telephone[Symbol.asyncDispose]();
        return `the servers of the pool answered ${pool.answers.join(', ')}`;
      },
    );
  }

  async #refusesWrongName(network: Network): Promise<void> {
    await using impostor = await startImpostor(network);
    await this.#step('it refuses, by its own check, a server that has another name', async () => {
      const telephone = await this.#start(network, this.#kind.users.inside, impostor.port);
      const line = await telephone.says(this.#kind.wrongName);
      if (impostor.received > 0) throw new Error(`it sent ${impostor.received} bytes all the same`);
      return line;
    });
  }

  async #start(
    { anchorsFile, directory, organisation }: Network,
    user: string,
    port: number,
  ): Promise<Telephone> {
    const { domain, users } = organisation;
    const account = users.find(({ address }) => address === `${user}@${domain}`);
    if (account === undefined) throw new Error(`${domain} has no user ${user}`);
    const controlPort = this.#controlPorts.shift();
    if (controlPort === undefined) throw new Error(`more than ${telephones} telephones`);
    const telephone = await this.#kind.start(
      {
        name: `${this.#kind.name} of ${account.address}, port ${port}`,
        address: account.address,
        password: account.password,
        server: { host: this.#serverName(organisation, port), port },
        anchorsFile,
        contacts: this.#contacts(),
        directory: join(directory, `${this.#kind.name}-${controlPort}`),
      },
      controlPort,
    );
    return this.#started.own(telephone);
  }

  #serverName({ domain, edge, frontEnds }: Network['organisation'], port: number): string {
    if (this.#kind.asksFor === 'domain') return domain;
    if (port === edge.externalPorts.clients) return edge.externalFqdn;
    // An impostor has no name of its own: it is asked for that of the domain.
    return frontEnds.find((frontEnd) => frontEnd.port === port)?.fqdn ?? domain;
  }

  #contacts(): readonly string[] {
    const { contoso, fabrikam } = this.#federation;
    const { colleague, inside, partner } = this.#kind.users;
    const own = ['carol', inside, colleague].map((user) => `${user}@${contoso.organisation.domain}`);
    return [...own, `${partner}@${fabrikam.organisation.domain}`];
  }

  #step(name: string, run: () => Promise<string>): Promise<boolean> {
    return this.#log.step(name, run);
  }
}

function frontEndPorts({ organisation }: Network): [number, number] {
  const [first, second] = organisation.frontEnds;
  if (first === undefined || second === undefined) throw new Error('the test network has two front ends');
  return [first.port, second.port];
}
