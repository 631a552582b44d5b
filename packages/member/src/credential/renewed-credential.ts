import { createKeyAndRequest, renew, renewalTime } from '@entente/pki/client';
import { type Credential, type Log, loadCredential } from '@entente/tls';
import type { AuthorityClient } from '../authority/authority-client.ts';
import { MemberFault } from '../files/fault.ts';
import type { MemberFiles } from '../files/member-files.ts';
import { CredentialFiles, type KeyPair, type Side } from './credential-files.ts';

/** setTimeout takes 31 bits of milliseconds; a leaf lives for days, so one step is enough. */
const longestWaitMs = 2_000_000_000;
const shortestWaitMs = 1_000;
const retryMs = 600_000;

/** What an identity that renews itself needs. */
export interface RenewedCredentialOptions {
  /** Name of the interface, as the topology lists it: the subject to ask for. */
  readonly subject: () => string;
  readonly side: Side;
  readonly files: MemberFiles;
  readonly authority: () => AuthorityClient;
  readonly now: () => number;
  readonly log: Log;
}

/** A certificate of one interface that is renewed at half of its life, with a new key each time. */
export class RenewedCredential implements AsyncDisposable {
  readonly identity: Credential;
  readonly #options: RenewedCredentialOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewing: Promise<void> | undefined;
  #closed = false;

  private constructor(identity: Credential, options: RenewedCredentialOptions) {
    this.identity = identity;
    this.#options = options;
    this.#plan();
  }

  /**
   * Loads the certificate of an interface; one that was never asked for is asked for now.
   * @throws {MemberFault} `ENTENTE_MEMBER_REFUSED`; faults of `loadCredential`
   */
  static async open(options: RenewedCredentialOptions): Promise<RenewedCredential> {
    const pair = new CredentialFiles(options.files, options.side);
    await pair.recover();
    if (!(await pair.exists())) await pair.replace(await obtain(options));
    const identity = await loadCredential(pair.paths);
    return new RenewedCredential(identity, options);
  }

  /** Afterwards nothing is written: who comes next may have the directory. A pair that is being written is finished first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#renewing;
    await this.identity[Symbol.asyncDispose]();
  }

  /** Asks for another certificate now, because the one in hand no longer fits. One that cannot be had is asked for again later. */
  async renewNow(): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  #plan(): void {
    const { notAfter, notBefore } = this.identity.current.leaf;
    const at = renewalTime({ notBefore, notAfter }, Math.random());
    this.#wait(Math.max(shortestWaitMs, Math.min(at - this.#options.now(), longestWaitMs)));
  }

  #wait(ms: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.renewNow(), ms);
    this.#timer.unref();
  }

  async #renew(): Promise<void> {
    const { files, log, side } = this.#options;
    try {
      const pair = await obtain(this.#options);
      if (this.#closed) return;
      await new CredentialFiles(files, side).replace(pair);
      await this.identity.replace(pair);
      const { notAfter } = this.identity.current.leaf;
      log.info(
        { event: 'renewed', interface: side, notAfter },
        `certificate of the ${side} interface renewed`,
      );
      this.#plan();
    } catch (error) {
      if (this.#closed) return;
      const { message } = error as Error;
      log.warn({ event: 'renewal-failed', interface: side }, `the certificate was not renewed: ${message}`);
      this.#wait(retryMs);
    }
  }
}

/** Asks the authority; nothing is written. */
async function obtain(options: RenewedCredentialOptions): Promise<KeyPair> {
  const { side, subject } = options;
  const authority = options.authority();
  const key = await createKeyAndRequest({ subject: subject() });
  const outcome = await renew({
    authority: authority.url,
    key,
    transport: authority.transport,
    interface: side,
  });
  if (!outcome.ok) {
    throw new MemberFault('ENTENTE_MEMBER_REFUSED', {
      sentence: `the authority refused: ${outcome.refusal.message} (${outcome.refusal.reason})`,
      place: authority.url,
      remedy: outcome.refusal.remedy,
    });
  }
  return { certificate: outcome.certificate.chainPem, key: key.privateKeyPem };
}
