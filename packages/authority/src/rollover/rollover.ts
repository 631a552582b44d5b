import {
  activationDue,
  activationTime,
  activeOf,
  type IssuerStage,
  nextStep,
  preparationDue,
  type RolloverView,
  type RolloverWarning,
  retirementTime,
  rolloverWarnings,
  rootListDue,
  rootNeeds,
  settleMs,
  successorOf,
} from '@entente/pki';
import { authorityFolder, type OpenAuthority, rolloverFiles } from '@entente/pki/node';
import type { Clock, Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import type { Certificate } from '@entente/x509';
import type { AuthoritySettings } from '../settings.ts';
import { countValid, lastEndOf } from './issued-by.ts';
import { type AnswerOutcome, RootPost } from './root-post.ts';

/** What a rollover is made with. */
export interface RolloverOptions {
  readonly settings: AuthoritySettings;
  readonly opened: Pick<OpenAuthority, 'issuers' | 'ledger'>;
  readonly topology: () => Topology | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after each change of issuing authorities or of the root's list, before it is used. */
  readonly onChanged: () => Promise<void>;
}

/** An issuing authority, for people. Times in milliseconds since 1970. */
export interface IssuerStatus {
  readonly number: number;
  readonly id: string;
  readonly stage: IssuerStage;
  readonly notAfter: number;
  readonly revoked: boolean;
  /** Certificates that are neither expired nor revoked. */
  readonly valid: number;
  /** What happens next, and when; absent where nothing does. */
  readonly next?: { readonly what: string; readonly at: number };
}

/** Where the rollover stands. */
export interface RolloverStatus {
  readonly issuers: readonly IssuerStatus[];
  readonly rootList: { readonly number: number; readonly nextUpdate: number; readonly due: number };
  /** Whether a request waits for the root. */
  readonly waiting: boolean;
  readonly warnings: readonly RolloverWarning[];
}

const dayMs = 86_400_000;

/** Events of the log, one for each warning. */
const events = {
  'successor-needed': { event: 'successor-needed' },
  'issuer-ends': { event: 'issuer-ends' },
  'issuer-revoked': { event: 'issuer-revoked' },
  'root-list-expires': { event: 'root-list-expires' },
  'root-ends': { event: 'root-ends' },
} as const;

/** Lets one issuing authority follow the other, and gets from the root what only the root can sign. */
export class Rollover {
  readonly #options: RolloverOptions;
  readonly #post: RootPost;
  readonly #lastEnd = new Map<number, number>();
  readonly #warnedAt = new Map<string, number>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: RolloverOptions) {
    this.#options = options;
    const { clock, opened, settings, topology } = options;
    this.#post = new RootPost({
      settings,
      folder: authorityFolder(settings.directory),
      store: opened.issuers,
      topology,
      now: () => clock.now(),
    });
  }

  /**
   * Does what is due: takes an answer of the root, lets a successor take over, retires, asks the root, and warns once a day.
   * @throws Error of the files or the ledger; the next call goes on
   */
  tick(): Promise<void> {
    const turn = this.#last.then(() => this.#tick());
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Whether the issuing authority of a certificate of ours still counts. */
  hasIssuer({ authorityKeyId }: Pick<Certificate, 'authorityKeyId'>): boolean {
    const keyId = authorityKeyId?.keyId;
    const { issuers } = this.#options.opened;
    return issuers.live.some(
      ({ issuer: { certificate } }) =>
        keyId !== undefined &&
        Buffer.from(certificate.subjectKeyId ?? []).equals(keyId) &&
        !issuers.isRevoked(certificate.der),
    );
  }

  /** Where the rollover stands, for people. */
  async status(): Promise<RolloverStatus> {
    const { clock, opened, settings } = this.#options;
    const { issuers, ledger } = opened;
    const now = clock.now();
    const view = await this.#view();
    const counts = await countValid(ledger, now);
    return {
      issuers: view.issuers.map((record) => {
        const { id, notAfter, number, stage } = record;
        const next = nextOf(view, number, now);
        return {
          number,
          id,
          stage,
          notAfter,
          revoked: view.revoked.has(number),
          valid: counts.get(id) ?? 0,
          ...(next === undefined ? {} : { next }),
        };
      }),
      rootList: {
        number: issuers.rootCrl.number,
        nextUpdate: issuers.rootCrl.nextUpdate,
        due: rootListDue(issuers.rootCrl),
      },
      waiting: await authorityFolder(settings.directory).exists(rolloverFiles.request),
      warnings: rolloverWarnings(view, issuers.rootCrl, issuers.root, now),
    };
  }

  async #tick(): Promise<void> {
    const { clock, log, opened } = this.#options;
    const { issuers } = opened;
    const collected = await this.#post.collect();
    if (collected !== undefined) await this.#told(collected);
    await this.#steps();
    const sent = await this.#post.send(rootNeeds(await this.#view(), issuers.rootCrl, clock.now()));
    if (sent.kind === 'written') {
      log.warn(
        { event: 'root-request', remedy: requestRemedy },
        `${rolloverFiles.request} is ready to be signed by the root`,
      );
    }
    if (sent.kind === 'signed' && this.#isNew(sent.outcome)) {
      await this.#told(sent.outcome);
      await this.#steps();
    }
    await this.#warn();
  }

  async #steps(): Promise<void> {
    const { clock, log, onChanged, opened } = this.#options;
    for (;;) {
      const now = clock.now();
      const step = nextStep(await this.#view(), now);
      if (step === undefined) return;
      // Recorded first: a crash after this goes on from here.
      await opened.issuers.take(step, now);
      const { id, stage } = opened.issuers.records[step.number - 1] ?? {};
      log.info(
        { event: 'issuer-stage', issuer: id, number: step.number, stage, step: step.kind },
        step.kind === 'destroy-key'
          ? `the key of issuing authority ${step.number} is destroyed`
          : `issuing authority ${step.number} is ${stage}`,
      );
      await onChanged();
    }
  }

  async #view(): Promise<RolloverView> {
    const { clock, opened } = this.#options;
    const now = clock.now();
    for (const { id, number, retiringSince, stage } of opened.issuers.records) {
      // What was under way when the successor took over has ended an hour later.
      const isQuiet = stage === 'retiring' && now >= (retiringSince ?? now) + settleMs;
      if (isQuiet && !this.#lastEnd.has(number)) {
        this.#lastEnd.set(number, await lastEndOf(opened.ledger, id, now));
      }
    }
    return opened.issuers.view(this.#lastEnd);
  }

  /** A refusal that repeats itself is logged once a day. */
  #isNew(outcome: AnswerOutcome): boolean {
    return outcome.accepted || this.#isFirstToday(outcome.refusal.reason);
  }

  async #told(outcome: AnswerOutcome): Promise<void> {
    const { log, onChanged, opened } = this.#options;
    if (!outcome.accepted) {
      const { message, reason, remedy } = outcome.refusal;
      log.error(
        { event: 'root-answer-refused', reason, remedy },
        `the answer of the root is refused: ${message}`,
      );
      return;
    }
    const { number } = opened.issuers.rootCrl;
    log.info(
      { event: 'root-answer', number, issuers: opened.issuers.records.length },
      `list ${number} of the root is in force${outcome.answer.issuing === undefined ? '' : `, and issuing authority ${opened.issuers.records.length} is prepared`}`,
    );
    if (outcome.changed) await onChanged();
  }

  async #warn(): Promise<void> {
    const { clock, log, opened } = this.#options;
    const { issuers } = opened;
    const view = await this.#view();
    for (const warning of rolloverWarnings(view, issuers.rootCrl, issuers.root, clock.now())) {
      const { kind, loud, message, remedy, until } = warning;
      if (!this.#isFirstToday(kind)) continue;
      const fields = { ...events[kind], remedy, until: new Date(until).toISOString() };
      if (loud) log.error(fields, message);
      else log.warn(fields, message);
    }
  }

  #isFirstToday(kind: string): boolean {
    const now = this.#options.clock.now();
    if (now - (this.#warnedAt.get(kind) ?? Number.NEGATIVE_INFINITY) < dayMs) return false;
    this.#warnedAt.set(kind, now);
    return true;
  }
}

const requestRemedy =
  'carry it to the key of the root, sign it with entente ca root sign, and bring the answer back with entente ca root accept';

function nextOf(view: RolloverView, number: number, now: number): IssuerStatus['next'] {
  const record = view.issuers[number - 1];
  if (record === undefined) return undefined;
  const active = activeOf(view.issuers);
  const successor = successorOf(view, now);
  if (record.stage === 'active') {
    return successor === undefined
      ? { what: 'the root should certify its successor', at: preparationDue(record) }
      : { what: `issuing authority ${successor.number} takes over`, at: activationDue(record) };
  }
  if (record.stage === 'prepared' && record === successor) {
    return { what: 'it takes over', at: Math.max(now, activationTime(active, record, view.revoked)) };
  }
  if (record.stage === 'retiring') {
    const at = retirementTime(record, view);
    return { what: 'its key is destroyed', at: Math.max(now, at ?? record.notAfter) };
  }
  return undefined;
}
