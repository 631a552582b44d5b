import type { Issuer } from '../../ground/issuer.ts';
import type { Clock } from '../../ground/signer.ts';
import { rootsHandler } from '../../publication/bundle-handler.ts';
import { type Handler, objectsHandler, type PublishedIssuer } from '../../publication/objects-handler.ts';
import { createCrlPublisher } from '../../revocation/crl-publisher.ts';
import { createRevocationDesk, type RevocationDesk } from '../../revocation/revocation-desk.ts';
import { rollingDesk } from '../../rollover/rolling-desk.ts';
import type { LiveIssuers } from '../../rollover/rolling-issuance.ts';
import { type RollingPublisher, rollingPublisher } from '../../rollover/rolling-publisher.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import type { OpenAuthorityFolder } from '../open-authority-folder.ts';
import { PublishedLists } from './published-lists.ts';

/** What relying parties may poll for another set of roots; an authority of this kind has one root. */
const refreshHintSeconds = 3_600;

/** What a publication is made of. */
export interface PublicationOptions {
  readonly opened: OpenAuthorityFolder;
  readonly folder: AuthorityFolder;
  readonly domain: string;
  readonly objectsUrl: string;
  readonly clock: Clock;
}

/** The lists of an authority: signed, in a file, for relying parties in this process, and over HTTP. */
export class Publication {
  readonly lists: PublishedLists;
  readonly desk: RevocationDesk;
  readonly handler: Handler;
  readonly #options: PublicationOptions;
  readonly #publisher: RollingPublisher;
  #isBehind = true;
  #last: Promise<void> = Promise.resolve();

  constructor(options: PublicationOptions) {
    const { clock, folder, objectsUrl, opened } = options;
    const { ledger } = opened;
    this.#options = options;
    this.lists = new PublishedLists(folder, opened.roots);
    this.#publisher = rollingPublisher(this.live, (issuer) =>
      createCrlPublisher({ issuer, ledger, clock, objectsUrl, onPublished: () => this.#replace() }),
    );
    this.desk = rollingDesk(this.#publisher, (one) => createRevocationDesk(ledger, one, clock));
    this.handler = this.#handler();
  }

  /** The issuing authorities whose certificates may be in use, the active one first. */
  readonly live: LiveIssuers = () => {
    const [active, ...others] = this.#options.opened.issuers.live.map(({ issuer }) => issuer);
    return [active as Issuer, ...others];
  };

  /** Signs new lists, and puts them in force. */
  async publish(): Promise<void> {
    await this.#publisher.publish();
  }

  /** Whether lists are due, or could not be signed or written. */
  get isBehind(): boolean {
    return this.#isDue() || this.#isBehind;
  }

  /** The number of the list in force of the authority that issues. */
  get crlNumber(): number {
    return this.#publisher.current(0)?.number ?? 0;
  }

  /** Does what is due: new lists at half of the life of those in force, and again what could not be signed or written. */
  async keep(): Promise<void> {
    if (this.#isDue()) await this.publish();
    else if (this.#isBehind) await this.#replace();
  }

  /** In this order: what failed is due at the moment of the question. */
  #isDue(): boolean {
    const due = this.#publisher.nextPublication();
    return this.#options.clock() >= due;
  }

  /** One after the other: the newer lists are in the file at the end. */
  #replace(): Promise<void> {
    this.#isBehind = true;
    const replaced = this.#last.then(async () => {
      const lists = this.#publisher.all().map((publisher) => publisher.current(0));
      // At the start, and when another issuing authority follows: a file without the list of one would refuse what it has issued.
      if (lists.some((list) => list === undefined)) return;
      const roots = this.#options.opened.issuers.roots.all.map(({ crl }) => crl);
      await this.lists.replace([...roots, ...lists.filter((list) => list !== undefined)]);
      this.#isBehind = false;
    });
    this.#last = replaced.catch(() => {});
    return replaced;
  }

  #handler(): Handler {
    const { clock, domain, opened } = this.#options;
    let seen: unknown;
    let published: readonly PublishedIssuer[] = [];
    const issuers = (): readonly PublishedIssuer[] => {
      const inForce = opened.issuers.live;
      if (inForce !== seen) published = this.#published();
      seen = inForce;
      return published;
    };
    const objects = objectsHandler(issuers, clock);
    const roots = rootsHandler(() => ({
      domain,
      sequence: 1,
      refreshHintSeconds,
      roots: opened.roots.map(({ der, publicKey }) => ({ certificate: der, publicKey: publicKey.der })),
    }));
    return (request) => (new URL(request.url).pathname === '/roots.pem' ? roots(request) : objects(request));
  }

  #published(): readonly PublishedIssuer[] {
    const { issuers } = this.#options.opened;
    return [
      ...this.#publisher.all().map((publisher) => ({
        certificate: publisher.issuer.certificate.der,
        publicKey: publisher.issuer.certificate.publicKey.der,
        crl: (shard: number) => publisher.current(shard),
      })),
      ...issuers.roots.all.map(({ certificate, number }) => ({
        certificate: certificate.der,
        publicKey: certificate.publicKey.der,
        crl: (shard: number) => (shard === 0 ? issuers.roots.all[number - 1]?.crl : undefined),
      })),
    ];
  }
}
