import {
  activationTime,
  activeOf,
  type IssuerStage,
  isOfTheFuture,
  isRootListDue,
  nextStep,
  preparationDue,
  type RolloverView,
  type RolloverWarning,
  retirementsDue,
  retirementTime,
  rolloverWarnings,
  rootNeeds,
  settleMs,
  successorOf,
} from '@entente/pki';
import { authorityFolder, type OpenAuthorityFolder, rootFiles, type StoredRoot } from '@entente/pki/node';
import type { Clock, Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import type { Certificate } from '@entente/x509';
import { HoursOfLooks } from '../due-for-hours.ts';
import type { MemberStatuses } from '../member-status/member-status.ts';
import { type DomainRoots, nameOfRoot } from '../roots/domain-roots.ts';
import { eachStep } from '../run-steps-in-order.ts';
import type { AuthoritySettings } from '../settings.ts';
import { type AnswerOutcome, RootPost } from './exchange-with-root.ts';
import { countValid, lastEndOf } from './issued-by.ts';
import { otherListWarnings, type RootStatus, rootStatus } from './root-status.ts';

/** What a rollover is made with. */
export interface RolloverOptions {
  readonly settings: AuthoritySettings;
  readonly opened: Pick<OpenAuthorityFolder, 'issuers' | 'ledger'>;
  readonly roots: DomainRoots;
  readonly standings: Pick<MemberStatuses, 'list'>;
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
  /** Number of the root that has certified it. */
  readonly root: number;
  /** Certificates that are neither expired nor revoked; none where the issuing authority is revoked. */
  readonly valid: number;
  /** What happens next, and when; absent where nothing does. */
  readonly next?: { readonly what: string; readonly at: number };
}

/** Where the rollover stands. */
export interface RolloverStatus {
  readonly issuers: readonly IssuerStatus[];
  readonly roots: readonly RootStatus[];
  /** Files with requests that wait for a root. */
  readonly waiting: readonly string[];
  /** Files with answers of roots that the authority has not taken yet. */
  readonly brought: readonly string[];
  readonly warnings: readonly RolloverWarning[];
}

const dayMs = 86_400_000;
/**
 * For how long the list of a root must look as one of the future before its key beside the authority signs another one, milliseconds. A machine
 * that was asleep starts with a clock that is behind, and is set within minutes; a list of such a time is one that partners refuse. An hour more
 * costs little where the list is of the future: nobody accepts it anyway.
 */
const aheadMs = 3_600_000;

/** Events of the log, one for each warning. */
const events = {
  'successor-needed': { event: 'successor-needed' },
  'issuer-ends': { event: 'issuer-ends' },
  'issuer-revoked': { event: 'issuer-revoked' },
  'issuer-of-the-future': { event: 'issuer-of-the-future' },
  'root-list-expires': { event: 'root-list-expires' },
  'root-list-of-the-future': { event: 'root-list-of-the-future' },
  'root-ends': { event: 'root-ends' },
} as const;

/** Lets one issuing authority follow the other, and gets from the root what only the root can sign. */
export class Rollover {
  readonly #options: RolloverOptions;
  readonly #post: RootPost;
  /**
   * Retirements that are due. The key of one does not come back, and without it there are no lists, so that all that it has issued is refused;
   * six hours more cost only their lists.
   */
  readonly #wait = new HoursOfLooks<number>();
  /** Numbers of roots whose list is of the future. */
  readonly #ahead = new HoursOfLooks<number>(aheadMs);
  /** When the last certificate of each retiring one ends, and when that was looked up. Milliseconds since 1970. */
  readonly #lastEnd = new Map<number, { readonly end: number; readonly at: number }>();
  readonly #warnedAt = new Map<string, number>();
  /** Whether something has changed and `onChanged` has not ended well since. */
  #isUntold = false;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RolloverOptions) {
    this.#options = options;
    const { clock, opened, roots, settings, topology } = options;
    this.#post = new RootPost({
      settings,
      folder: authorityFolder(settings.directory),
      store: opened.issuers,
      roots,
      topology,
      now: () => clock.now(),
    });
  }

  /**
   * Does what is due: takes an answer of the root, lets a successor take over, retires, asks the root, and warns once a day.
   * @throws Error of the files or the ledger, the first of them: what else is due is done; the next call goes on
   */
  tick(): Promise<void> {
    return this.#inTurn(() => this.#tick());
  }

  /**
   * Takes the answers of roots that somebody has brought, without waiting until that is due.
   * @throws Error of the files, as `tick` does
   */
  collect(): Promise<void> {
    return this.#inTurn(() =>
      eachStep(this.#options.opened.issuers.roots.all.map((root) => () => this.#collect(root))),
    );
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Why the authority should give itself another certificate before it is due.
   * @param own - the one that it has
   * @returns undefined where its issuing authority counts, and leads to the root in use
   */
  whyRenew({ authorityKeyId }: Pick<Certificate, 'authorityKeyId'>): string | undefined {
    const keyId = authorityKeyId?.keyId;
    const { opened, roots } = this.#options;
    const found = opened.issuers.live.find(
      ({ issuer: { certificate } }) =>
        keyId !== undefined && Buffer.from(certificate.subjectKeyId ?? []).equals(keyId),
    );
    if (found === undefined || opened.issuers.isRevoked(found.issuer.certificate.der))
      return 'its issuing authority counts no longer';
    // New members begin with the root in use, and must reach the authority by it.
    return roots.isLeft(found.record.id) ? 'another root is in use' : undefined;
  }

  /** Where the rollover stands, for people. */
  async status(): Promise<RolloverStatus> {
    const { clock, opened, roots, standings, topology } = this.#options;
    const { issuers, ledger } = opened;
    const now = clock.now();
    const view = await this.#view();
    const counts = await countValid(ledger, issuers.revokedIds(), now);
    return {
      issuers: view.issuers.map((record) => {
        const { id, notAfter, number, stage } = record;
        const next = nextOf(view, number, now, this.#wait.remaining(number));
        return {
          number,
          id,
          stage,
          notAfter,
          revoked: view.revoked.has(number),
          root: issuers.roots.above(issuers.certificate(number) as Certificate)?.number ?? 0,
          valid: counts.get(id) ?? 0,
          ...(next === undefined ? {} : { next }),
        };
      }),
      roots: await rootStatus({ store: issuers, roots, ledger, standings, topology: topology(), now }),
      ...(await this.#exchanged()),
      warnings: this.#warnings(view, now),
    };
  }

  async #tick(): Promise<void> {
    const { issuers } = this.#options.opened;
    await eachStep([
      ...issuers.roots.all.map((root) => () => this.#collect(root)),
      () => this.#steps(),
      // What was collected may have brought another root.
      () => {
        const now = this.#options.clock.now();
        const ahead = issuers.roots.all.filter(({ crl }) => isOfTheFuture(crl.thisUpdate, now));
        const waited = this.#ahead.look(new Set(ahead.map(({ number }) => number)), now);
        return eachStep(
          issuers.roots.all.map(
            ({ number }) =>
              () =>
                this.#ask(number, waited.has(number)),
          ),
        );
      },
      () => this.#warn(),
    ]);
  }

  async #collect(root: StoredRoot): Promise<void> {
    const collected = await this.#post.collect(root);
    if (collected !== undefined) await this.#told(collected, root);
  }

  /**
   * Asks a root for what it should sign. One that is believed no more signs nothing for us.
   * @param isClockRight - whether its list has been of the future for so long that no clock that is behind is the reason
   */
  async #ask(number: number, isClockRight: boolean): Promise<void> {
    const { clock, log, opened, roots } = this.#options;
    const root = opened.issuers.roots.all[number - 1] as StoredRoot;
    if (!roots.isBelieved(number)) return;
    const now = clock.now();
    const needs =
      number === roots.standing.inUse
        ? rootNeeds(await this.#view(), root.crl, now)
        : { issuing: false, list: isRootListDue(root.crl, now) };
    const sent = await this.#post.send(root, needs, isClockRight);
    if (sent.kind === 'written') {
      log.warn(
        { event: 'root-request', remedy: requestRemedy },
        `${rootFiles(number).request} is ready to be signed by the root`,
      );
    }
    if (sent.kind === 'signed' && this.#isNew(sent.outcome)) {
      await this.#told(sent.outcome, root);
      await this.#steps();
    }
  }

  /** A request whose answer has been brought waits for no root. */
  async #exchanged(): Promise<Pick<RolloverStatus, 'waiting' | 'brought'>> {
    const { opened, settings } = this.#options;
    const folder = authorityFolder(settings.directory);
    const [waiting, brought]: [string[], string[]] = [[], []];
    for (const { number } of opened.issuers.roots.all) {
      const { answer, request, taken } = rootFiles(number);
      if ((await folder.exists(answer)) || (await folder.exists(taken))) brought.push(answer);
      else if (await folder.exists(request)) waiting.push(request);
    }
    return { waiting, brought };
  }

  async #steps(): Promise<void> {
    const { clock, log, opened } = this.#options;
    if (await opened.issuers.catchUp()) this.#isUntold = true;
    for (;;) {
      const now = clock.now();
      const step = nextStep(await this.#view(), now);
      if (step === undefined) break;
      // Recorded first: a crash after this goes on from here.
      await opened.issuers.take(step, now);
      const { id, stage } = opened.issuers.records[step.number - 1] ?? {};
      log.info(
        { event: 'issuer-stage', issuer: id, number: step.number, stage, step: step.kind },
        step.kind === 'destroy-key'
          ? `the key of issuing authority ${step.number} is destroyed`
          : `issuing authority ${step.number} is ${stage}`,
      );
      await this.#tell();
    }
    // Last: what cannot be told keeps no successor waiting.
    if (this.#isUntold) await this.#tell();
  }

  async #tell(): Promise<void> {
    this.#isUntold = true;
    await this.#options.onChanged();
    this.#isUntold = false;
  }

  async #view(): Promise<RolloverView> {
    const { clock, opened, roots } = this.#options;
    const now = clock.now();
    for (const { id, number, retiringSince, stage } of opened.issuers.records) {
      // A clock that was ahead then took what had not ended for ended.
      if (now < (this.#lastEnd.get(number)?.at ?? now)) this.#lastEnd.delete(number);
      // What was under way when the successor took over has ended an hour later.
      const isQuiet = stage === 'retiring' && now >= (retiringSince ?? now) + settleMs;
      if (isQuiet && !this.#lastEnd.has(number)) {
        this.#lastEnd.set(number, { end: await lastEndOf(opened.ledger, id, now), at: now });
      }
    }
    const lastEnd = new Map([...this.#lastEnd].map(([number, { end }]) => [number, end]));
    const view = opened.issuers.view(lastEnd, roots.standing);
    return { ...view, waited: this.#wait.look(retirementsDue(view, now), now) };
  }

  /** A refusal that repeats itself is logged once a day. */
  #isNew(outcome: AnswerOutcome): boolean {
    return outcome.accepted || this.#isFirstToday(outcome.refusal.reason);
  }

  async #told(outcome: AnswerOutcome, root: StoredRoot): Promise<void> {
    const { log, opened } = this.#options;
    if (!outcome.accepted) {
      const { message, reason, remedy } = outcome.refusal;
      log.error(
        { event: 'root-answer-refused', reason, remedy },
        `the answer of the root is refused: ${message}`,
      );
      return;
    }
    const { issuing, nextRoot } = outcome.answer;
    const { records, roots } = opened.issuers;
    const { number } = (roots.all[root.number - 1] as StoredRoot).crl;
    log.info(
      { event: 'root-answer', number, issuers: records.length, roots: roots.all.length },
      `list ${number} of ${nameOfRoot(root)} is in force${issuing === undefined ? '' : `, and issuing authority ${records.length} is prepared`}${nextRoot === undefined ? '' : `, and root ${roots.all.length} is recorded`}`,
    );
    if (outcome.changed) await this.#tell();
  }

  async #warn(): Promise<void> {
    const { clock, log } = this.#options;
    for (const warning of this.#warnings(await this.#view(), clock.now())) {
      const { kind, loud, message, of = '', remedy, until } = warning;
      if (!this.#isFirstToday(`${kind} ${of}`)) continue;
      const fields = { ...events[kind], remedy, until: new Date(until).toISOString() };
      if (loud) log.error(fields, message);
      else log.warn(fields, message);
    }
  }

  #warnings(view: RolloverView, now: number): readonly RolloverWarning[] {
    const { opened, roots } = this.#options;
    const { certificate, crl } = opened.issuers.roots.all[roots.standing.inUse - 1] as StoredRoot;
    return [...rolloverWarnings(view, crl, certificate, now), ...otherListWarnings(roots, now)];
  }

  #isFirstToday(kind: string): boolean {
    const now = this.#options.clock.now();
    const passed = now - (this.#warnedAt.get(kind) ?? Number.NEGATIVE_INFINITY);
    // A warning by a clock that was ahead is none of today.
    if (passed >= 0 && passed < dayMs) return false;
    this.#warnedAt.set(kind, now);
    return true;
  }
}

const requestRemedy =
  'carry it to the key of the root, sign it with entente ca root sign, and bring the answer back with entente ca root accept';

/** @param wait - milliseconds that its retirement must still be due, once it is */
function nextOf(view: RolloverView, number: number, now: number, wait: number): IssuerStatus['next'] {
  const record = view.issuers[number - 1];
  if (record === undefined) return undefined;
  const active = activeOf(view.issuers);
  const successor = successorOf(view, now);
  if (record.stage === 'active') {
    return successor === undefined
      ? { what: 'the root should certify its successor', at: preparationDue(record) }
      : {
          what: `issuing authority ${successor.number} takes over`,
          at: Math.max(now, activationTime(record, successor, view, now)),
        };
  }
  if (record.stage === 'prepared' && record === successor) {
    return { what: 'it takes over', at: Math.max(now, activationTime(active, record, view, now)) };
  }
  if (record.stage === 'retiring') {
    if (view.revoked.has(number)) return { what: 'its key is destroyed', at: now };
    const at = Math.max(now, retirementTime(record, view) ?? record.notAfter) + wait;
    return { what: 'its key is destroyed', at };
  }
  return undefined;
}
