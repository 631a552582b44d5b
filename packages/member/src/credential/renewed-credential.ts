import { renew, renewalTime } from '@entente/pki/client';
import { type Clock, type Credential, type Log, loadCredential } from '@entente/tls';
import { decodePemCertificates } from '@entente/x509';
import type { AuthorityClient } from '../authority/authority-client.ts';
import { MemberFault } from '../files/fault.ts';
import type { CredentialFiles, KeyPair } from './credential-files.ts';
import { type RenewalFailure, renewalFailure } from './renewal-failure.ts';
import { requestCertificate } from './request-certificate.ts';

/** The time is looked at as often as this: a timer does not notice that the clock was set, or that the machine slept. */
const lookMs = 600_000;
const shortestWaitMs = 1_000;
const retryMs = 600_000;
/** All servers whose authority was away find it again together. */
const reachedSpreadMs = 30_000;

/** How a credential is renewed. */
export interface RenewalOptions {
  /** Name of the interface, as the topology lists it: the subject to ask for. */
  readonly subject: () => string;
  readonly files: CredentialFiles;
  readonly authority: Pick<AuthorityClient, 'enrolTransport' | 'url'>;
  readonly clock: Clock;
  /**
   * The one that asks the authority, where it is another one: the authority gives a certificate for a further interface once for each
   * certificate that asks, so that one is renewed first where it has asked before.
   */
  readonly asking?: Pick<RenewedCredential, 'newerThan'>;
  readonly log: Log;
}

/** The credential of one interface, renewed at half of the life of its certificate, with a new key each time. */
export class RenewedCredential implements AsyncDisposable {
  readonly credential: Credential;
  readonly #options: RenewalOptions;
  #cancel = (): void => {};
  /** For how long it is not renewed yet, milliseconds, by the clock of the moment at which it is called. */
  #leftMs = (): number => Number.POSITIVE_INFINITY;
  #renewing: Promise<void> | undefined;
  #failure: RenewalFailure | undefined;
  #closed = false;

  /**
   * @param credential - loaded from the files; disposed of with this
   * @param options - how it is renewed
   */
  constructor(credential: Credential, options: RenewalOptions) {
    this.credential = credential;
    this.#options = options;
    this.#plan();
  }

  /**
   * Loads the credential of an interface; where there is none yet, its certificate is requested from the authority.
   * @throws MemberFault `ENTENTE_MEMBER_REFUSED`; faults of `loadCredential`
   */
  static async open(options: RenewalOptions): Promise<RenewedCredential> {
    const { files } = options;
    const loaded = await files.load();
    if (loaded !== undefined) return new RenewedCredential(loaded, options);
    await options.asking?.newerThan(undefined);
    const pair = await requestPair(options);
    await files.replace(pair);
    await files.dropNextKey();
    return new RenewedCredential(await loadCredential(pair), options);
  }

  /** Why the last attempt to renew it failed; undefined where it succeeded, or none was made. */
  get failure(): RenewalFailure | undefined {
    return this.#failure;
  }

  /** Afterwards nothing is written: the directory may belong to a later run. A pair that is being written is finished first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#renewing;
    await this.credential[Symbol.asyncDispose]();
  }

  /**
   * Waits for a renewal that is under way, and renews where the certificate is not newer than another one.
   * @param other - when the other one begins, milliseconds since the epoch; absent where there is none yet
   * @throws MemberFault `ENTENTE_MEMBER_REFUSED` where it could not be renewed
   */
  async newerThan(other: number | undefined): Promise<void> {
    await this.#renewing;
    const { notBefore, serialHex } = this.credential.current.leaf;
    if (other === undefined || notBefore > other) return;
    await this.renewNow();
    if (this.credential.current.leaf.serialHex !== serialHex) return;
    throw new MemberFault('ENTENTE_MEMBER_REFUSED', {
      sentence: 'the certificate that asks the authority must be renewed first, and was not',
      place: this.#options.authority.url,
      remedy: 'see the line of the log before; it is tried again by itself',
    });
  }

  /** Renews now, because the certificate in hand no longer fits. One that cannot be had is requested again later. */
  async renewNow(): Promise<void> {
    if (this.#closed) return;
    this.#cancel();
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  /**
   * Renews at a random moment of the next while, unless that is planned earlier: all servers of the domain may have the same reason.
   * @param spreadMs - milliseconds, 0 to a day
   */
  renewWithin(spreadMs: number): void {
    if (this.#renewing !== undefined) return;
    const [planned, within] = [this.#leftMs, this.#leftOf(Math.random() * spreadMs)];
    this.#cancel();
    this.#wait(() => Math.min(planned(), within()));
  }

  /** The authority was reached just now: where the last attempt did not reach it, the next one comes soon. */
  authorityReached(): void {
    if (this.#failure?.isUnreached === true) this.renewWithin(reachedSpreadMs);
  }

  #plan(): void {
    const { notAfter, notBefore } = this.credential.current.leaf;
    const at = renewalTime({ notBefore, notAfter }, Math.random());
    const untilThen = (): number => at - this.#options.clock.now();
    this.#wait(untilThen() > shortestWaitMs ? untilThen : this.#leftOf(shortestWaitMs));
  }

  /** What is left of a wait that begins now. A clock that is set ends it: the time at its begin was wrong then, or the one of now is. */
  #leftOf(waitMs: number): () => number {
    const { clock } = this.#options;
    const begin = clock.now();
    return () => waitMs - Math.abs(clock.now() - begin);
  }

  #wait(leftMs: () => number): void {
    if (this.#closed) return;
    this.#leftMs = leftMs;
    const left = leftMs();
    if (left <= 0) return void this.renewNow();
    this.#cancel = this.#options.clock.after(Math.min(left, lookMs), () => this.#wait(leftMs));
  }

  /** An authority whose clock is ahead gives certificates that nobody accepts yet. The one in hand is good until then. */
  #refuseFuture({ certificate }: KeyPair): void {
    const decoded = decodePemCertificates(certificate);
    const leaf = decoded.ok ? decoded.value[0] : undefined;
    if (leaf === undefined || leaf.notBefore <= this.#options.clock.now()) return;
    throw new MemberFault('ENTENTE_MEMBER_ANSWER', {
      sentence: `expected a certificate that is valid now, found one that is valid from ${new Date(leaf.notBefore).toISOString()} on`,
      place: this.#options.authority.url,
      remedy: 'compare the clocks of the authority and of this server; it is asked for again by itself',
    });
  }

  async #renew(): Promise<void> {
    const { files, log } = this.#options;
    const { side } = files;
    try {
      const { keyPem, leaf } = this.credential.current;
      await this.#options.asking?.newerThan(leaf.notBefore);
      if (this.#closed) return;
      const pair = await requestPair(this.#options, keyPem);
      if (this.#closed) return;
      this.#refuseFuture(pair);
      await files.replace(pair);
      await files.dropNextKey();
      await this.credential.replace(pair);
      this.#failure = undefined;
      const { notAfter } = this.credential.current.leaf;
      log.info(
        { event: 'renewed', interface: side, notAfter },
        `certificate of the ${side} interface renewed`,
      );
      this.#plan();
    } catch (error) {
      if (this.#closed) return;
      this.#failure = renewalFailure(error);
      const { message, remedy } = this.#failure;
      log.warn(
        { event: 'renewal-failed', interface: side, remedy },
        `the certificate of the ${side} interface was not renewed: ${message}`,
      );
      this.#wait(this.#leftOf(retryMs));
    }
  }
}

/** Asks the authority; the key alone is written. */
function requestPair({ authority, files, subject }: RenewalOptions, keyInUse?: string): Promise<KeyPair> {
  return requestCertificate({
    ...(keyInUse === undefined ? {} : { keyInUse }),
    subject: subject(),
    files,
    authority: authority.url,
    ask: (key) =>
      renew({
        authority: authority.url,
        key,
        transport: authority.enrolTransport,
        interface: files.side,
      }),
  });
}
