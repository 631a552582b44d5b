import { type CertificateNames, sameCertificateNames } from '@entente/x509';
import { renewalTime } from '../../client/renewal-time.ts';
import { Turns } from '../../enrolment/one-at-a-time-per-server.ts';
import { PkiFault } from '../../ground/fault.ts';
import { refuse } from '../../ground/refusal.ts';
import type { RevocationReason } from '../../ground/revocation-reason.ts';
import { maxNameOctets, nameOctets, serviceNames, serviceSubject } from '../../ground/service-names.ts';
import { revokeUnfinished } from '../../issuing/revoke-unfinished.ts';
import type { PublishedRevocation } from '../../revocation/revocation-desk.ts';
import { listAddressesIn } from '../../rollover/exact-certificate.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import type { OpenAuthorityFolder } from '../open-authority-folder.ts';
import type { ReadOptions } from './authority-options.ts';
import { identityFiles } from './identity-files.ts';
import { IdentityIssuer, notIssued, type Wanted } from './issue-identity.ts';
import { keepIssuing } from './keep-issuing.ts';
import { Publication } from './publication.ts';
import { LiveIdentity, type ServiceIdentity, type ServiceMaterial } from './service-identity.ts';

/** Milliseconds between looks at what is due: a laptop that slept finds it within an hour. */
const lookEveryMs = 3_600_000;
/** Milliseconds to the first look after lists could not be published; each further one waits twice as long. */
const firstRetryMs = 1_000;
const lastRetryMs = 300_000;

/** Gives services their identities, takes them away, and does what is due meanwhile. */
export class ServiceDesk {
  readonly publication: Publication;
  readonly #options: ReadOptions;
  readonly #folder: AuthorityFolder;
  readonly #opened: OpenAuthorityFolder;
  readonly #objectsUrl: string;
  readonly #issuer: IdentityIssuer;
  readonly #turns = new Turns();
  readonly #identities = new Map<string, { readonly identity: LiveIdentity; dueAt: number }>();
  #cancel: () => void = () => {};
  #looking: Promise<void> = Promise.resolve();
  #isLooking = false;
  #retries = 0;
  #closed = false;

  private constructor(options: ReadOptions, folder: AuthorityFolder, opened: OpenAuthorityFolder) {
    this.#options = options;
    this.#folder = folder;
    this.#opened = opened;
    this.#objectsUrl = objectsUrlOf(opened, options);
    const { domain } = options;
    const shared = { opened, objectsUrl: this.#objectsUrl, clock: () => options.clock.now() };
    this.publication = new Publication({ ...shared, folder, domain });
    this.#issuer = new IdentityIssuer({ ...shared, live: this.publication.live });
  }

  /**
   * Revokes what a crash has left, publishes the lists, and begins to look after what is due.
   * @param options - of `openAuthority`
   * @param folder - of the authority
   * @param opened - the same, opened
   */
  static async open(
    options: ReadOptions,
    folder: AuthorityFolder,
    opened: OpenAuthorityFolder,
  ): Promise<ServiceDesk> {
    const desk = new ServiceDesk(options, folder, opened);
    const now = (): number => options.clock.now();
    for (const issuer of desk.publication.live()) await revokeUnfinished(opened.ledger, issuer, now);
    await desk.#attempt(() => keepIssuing(desk.#kept, now()));
    await desk.publication.publish();
    desk.#schedule();
    return desk;
  }

  /** @param given - names of a service, the first one first */
  async identity(given: readonly string[]): Promise<ServiceIdentity> {
    const wanted = this.#wanted(given);
    return this.#turns.take(wanted.subject, async () => {
      await this.#issuer.refuseRevoked(wanted.subject);
      const known = this.#identities.get(wanted.subject);
      const names = known === undefined ? wanted.names : namesWhileOpen(known.identity, wanted, given);
      const named = { ...wanted, names };
      const material = await wanted.files.read();
      const isGood = material !== undefined && (await this.#issuer.counts(material, named));
      const dueAt = isGood ? (known?.dueAt ?? renewalTime(material.leaf, Math.random())) : 0;
      if (isGood && this.#options.clock.now() < dueAt) return this.#present(named, material, dueAt);
      return this.#issue(named);
    });
  }

  /** @param given - names of a service, the first one first */
  async reissue(given: readonly string[]): Promise<ServiceIdentity> {
    const wanted = this.#wanted(given);
    return this.#turns.take(wanted.subject, async () => {
      const last = await this.#issuer.lastNames(wanted.subject);
      return this.#issue({ ...wanted, names: given.length === 1 ? last : wanted.names });
    });
  }

  /**
   * @param name - first name of the service
   * @param reason - for the list
   */
  async revoke(name: string, reason: RevocationReason): Promise<PublishedRevocation> {
    const { subject } = this.#wanted([name]);
    return this.#turns.take(subject, async () => {
      const valid = await this.#opened.ledger.issuedTo(subject, this.#options.clock.now());
      if (valid.length === 0) {
        throw notIssued(
          subject,
          refuse(
            'certificate-unknown',
            `expected a service with a valid certificate, found none of ${subject}`,
            'name the service by the first name with which its identity was asked for',
          ),
        );
      }
      const outcome = await this.#published(() => this.publication.desk.revokeSubject(subject, reason));
      if (!outcome.ok) throw notIssued(subject, outcome.refusal);
      // It is not renewed any more: nothing but reissue gives the service another one.
      const known = this.#identities.get(subject);
      if (known !== undefined) known.dueAt = Number.POSITIVE_INFINITY;
      const { crlNumber, serials } = outcome;
      return { serials, crlNumber: crlNumber ?? this.publication.crlNumber };
    });
  }

  /** What an earlier call has revoked and could not publish is published too, now or soon. */
  async #published<T>(revoke: () => Promise<T>): Promise<T> {
    try {
      const outcome = await revoke();
      await this.publication.keep();
      return outcome;
    } catch (fault) {
      if (!this.#isLooking) this.#schedule();
      throw fault;
    }
  }

  /** Ends renewals, once what is under way has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#looking;
  }

  get #kept() {
    const { domain, isClockRight } = this.#options;
    const { issuers } = this.#opened;
    return { folder: this.#folder, issuers, domain, objectsUrl: this.#objectsUrl, isClockRight };
  }

  #wanted(given: readonly string[]): Wanted {
    const read = serviceNames(given);
    if (!read.ok) {
      throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
        sentence: `expected DNS names in lower case, localhost, IP addresses, and one SPIFFE ID at most, found ${read.found}`,
        place: 'names of an identity',
        remedy:
          'write them like orders.contoso.example, 127.0.0.1 or spiffe://contoso.example/orders, without wildcard',
      });
    }
    const octets = nameOctets(read.names);
    if (octets > maxNameOctets) {
      throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
        sentence: `expected names of at most ${maxNameOctets} octets together, found ${given.length} of ${octets}`,
        place: 'names of an identity',
        remedy: 'give the service several identities: peers refuse a chain of more than 102,400 octets',
      });
    }
    const subject = serviceSubject(given[0] as string);
    return { subject, names: read.names, files: identityFiles(this.#folder, subject) };
  }

  async #issue(wanted: Wanted): Promise<ServiceIdentity> {
    const material = await this.#issuer.issue(wanted);
    return this.#present(wanted, material, renewalTime(material.leaf, Math.random()));
  }

  #present({ files, names, subject }: Wanted, material: ServiceMaterial, dueAt: number): ServiceIdentity {
    const known = this.#identities.get(subject);
    const identity = known?.identity ?? new LiveIdentity(subject, files.paths, names, material);
    this.#identities.set(subject, { identity, dueAt });
    identity.names = names;
    identity.replace(material);
    return identity;
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancel();
    this.#retries = this.publication.isBehind ? this.#retries + 1 : 0;
    const retryMs = Math.min(firstRetryMs * 2 ** (this.#retries - 1), lastRetryMs);
    this.#cancel = this.#options.clock.after(this.#retries > 0 ? retryMs : lookEveryMs, () => {
      this.#isLooking = true;
      this.#looking = this.#look().finally(() => {
        this.#isLooking = false;
        this.#schedule();
      });
    });
  }

  async #look(): Promise<void> {
    const { clock } = this.#options;
    await this.#attempt(async () => {
      if (await keepIssuing(this.#kept, clock.now())) await this.publication.publish();
    });
    await this.#attempt(() => this.publication.keep());
    for (const [subject, { dueAt, identity }] of this.#identities) {
      if (clock.now() < dueAt) continue;
      const wanted = { subject, names: identity.names, files: identityFiles(this.#folder, subject) };
      await this.#attempt(() =>
        this.#turns.take(subject, async () => {
          await this.#issuer.refuseRevoked(subject);
          await this.#issue(wanted);
        }),
      );
    }
  }

  /** What fails is tried again at the next look. */
  async #attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (fault) {
      this.#options.onFault(fault);
    }
  }
}

/**
 * The names of an identity that is open: its own. A listener presents it, and clients know it by each of them.
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` where others are wanted
 */
function namesWhileOpen(
  { name, names }: LiveIdentity,
  wanted: Wanted,
  given: readonly string[],
): CertificateNames {
  if (given.length === 1 || sameCertificateNames(names, wanted.names)) return names;
  const { dnsNames, ipAddresses = [], uris } = names;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `this identity is open with other names: ${[...dnsNames, ...ipAddresses, ...uris].join(', ')}`,
    place: `identity of ${name}`,
    remedy: 'give its first name alone, or the same names; reissue gives a running service other names',
  });
}

/** Where the certificates of this authority say that its lists are. */
function objectsUrlOf({ issuer, root }: OpenAuthorityFolder, { directory, objectsUrl }: ReadOptions): string {
  const [created] = listAddressesIn(issuer.certificate, root) ?? [];
  if (created !== undefined && (objectsUrl ?? created) === created) return created;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected the address with which the authority was created, ${created ?? 'which is not in its certificate'}, found ${objectsUrl ?? 'none'}`,
    place: `option objectsUrl of openAuthority, for ${directory}`,
    remedy: 'leave the option out, or create a new authority in another directory',
  });
}
