import { createPrivateKey, randomBytes } from 'node:crypto';
import {
  createIssuer,
  examineRootRequest,
  formatRootRequest,
  parseRootAnswer,
  parseRootRequest,
  type RootAnswer,
  type RootNeeds,
  type RootRefusal,
  type RootRequest,
  signRootAnswer,
  spkiHash,
  verifyRootAnswer,
} from '@entente/pki';
import {
  type AuthorityFolder,
  authorityFiles,
  type IssuerStore,
  keySigner,
  publicMode,
  rolloverFiles,
} from '@entente/pki/node';
import { outsideObjectUrls, type Topology } from '@entente/topology';
import { namedOutside } from '../outside-view.ts';
import type { AuthoritySettings } from '../settings.ts';

/** What is exchanged with the root. */
export interface RootPostOptions {
  readonly settings: Pick<AuthoritySettings, 'domain' | 'objectsUrl'>;
  readonly folder: AuthorityFolder;
  readonly store: IssuerStore;
  readonly topology: () => Topology | undefined;
  readonly now: () => number;
}

/** What has become of an answer. */
export type AnswerOutcome =
  | { readonly accepted: true; readonly changed: boolean; readonly answer: RootAnswer }
  | { readonly accepted: false; readonly refusal: RootRefusal };

/** Writes what the root should sign into a file, and takes the answer from another one. */
export class RootPost {
  readonly #options: RootPostOptions;

  constructor(options: RootPostOptions) {
    this.#options = options;
  }

  /**
   * Takes the answer that was brought, if there is one. An answer that is refused is put aside.
   * @returns undefined where there is none
   */
  async collect(): Promise<AnswerOutcome | undefined> {
    const { folder } = this.#options;
    const text = (await folder.read(rolloverFiles.answer))?.toString('utf8');
    if (text === undefined) return undefined;
    const answer = parseRootAnswer(text);
    const outcome: AnswerOutcome =
      answer === undefined ? { accepted: false, refusal: malformed } : await this.#accept(answer);
    if (!outcome.accepted) await folder.write(rolloverFiles.refused, text, publicMode);
    await folder.remove(rolloverFiles.answer);
    return outcome;
  }

  /**
   * Gets what is needed: from the key of the root where it is beside the authority, otherwise by a file that somebody carries to it.
   * @param needs - what is due
   * @returns `signed` with the outcome, `written` where there is a new request, `waiting` where there was one before, or `nothing`
   */
  async send(
    needs: RootNeeds,
  ): Promise<
    | { readonly kind: 'nothing' | 'waiting' | 'written' }
    | { readonly kind: 'signed'; readonly outcome: AnswerOutcome }
  > {
    const { folder, now, store } = this.#options;
    const before = parseRootRequest((await folder.read(rolloverFiles.request))?.toString('utf8') ?? '');
    const revoke = (before?.revoke ?? []).filter(({ certificate }) => !store.isRevoked(certificate));
    const outside = this.#outsideNeeded();
    // Somebody may have asked before it is due: until the root has answered, that stays.
    const isOpen = before !== undefined && Buffer.from(before.list).equals(store.rootCrl.der);
    const asked = isOpen && before.issuing?.number === store.records.length + 1;
    const issuing = needs.issuing || asked;
    if (!issuing && !needs.list && !isOpen && outside.certify.length === 0 && revoke.length === 0) {
      if (before !== undefined) await folder.remove(rolloverFiles.request);
      return { kind: 'nothing' };
    }
    const request = await this.#request({ ...needs, issuing }, outside, revoke);
    const key = await folder.read(authorityFiles.rootKey);
    if (key === undefined) {
      if (before !== undefined && isSame(before, request)) return { kind: 'waiting' };
      await folder.write(rolloverFiles.request, formatRootRequest(request), publicMode);
      return { kind: 'written' };
    }
    const root = await createIssuer(store.root.der, keySigner(createPrivateKey(key)));
    const plan = examineRootRequest(request, { root: root.certificate, now: now() });
    if (!plan.ok) return { kind: 'signed', outcome: { accepted: false, refusal: plan.refusal } };
    const answer = await signRootAnswer(plan.value, { root, now: now(), random: randomBytes });
    const outcome = await this.#accept(answer);
    if (outcome.accepted) await folder.remove(rolloverFiles.request);
    return { kind: 'signed', outcome };
  }

  async #accept(answer: RootAnswer): Promise<AnswerOutcome> {
    const { now, settings, store } = this.#options;
    const time = now();
    const knowledge = await store.knowledge(settings.domain, settings.objectsUrl, time);
    const verified = verifyRootAnswer(answer, knowledge);
    if (!verified.ok) return { accepted: false, refusal: verified.refusal };
    return { accepted: true, changed: await store.accept(verified.value, time), answer };
  }

  /** Issuing authorities whose certificate for outsiders lacks an address, and the addresses. */
  #outsideNeeded(): { readonly urls: readonly string[]; readonly certify: readonly Uint8Array[] } {
    const { now, store, topology } = this.#options;
    const inForce = topology();
    const urls = inForce === undefined ? [] : outsideObjectUrls(inForce);
    const certify = store.live
      .filter(({ issuer, outside }) => {
        const named = namedOutside(outside);
        const lacks = urls.some((url) => !named.includes(url));
        return lacks && !store.isRevoked(issuer.certificate.der) && now() < issuer.certificate.notAfter;
      })
      .map(({ issuer }) => issuer.certificate.der);
    return { urls, certify };
  }

  async #request(
    needs: RootNeeds,
    outside: { readonly urls: readonly string[]; readonly certify: readonly Uint8Array[] },
    revoke: RootRequest['revoke'],
  ): Promise<RootRequest> {
    const { settings, store } = this.#options;
    return {
      domain: settings.domain,
      root: spkiHash(store.root.der),
      list: store.rootCrl.der,
      objectsUrl: settings.objectsUrl,
      outsideObjectsUrls: outside.urls,
      ...(needs.issuing ? { issuing: await store.request(settings.domain) } : {}),
      certifyOutside: outside.certify,
      revoke,
    };
  }
}

/** Whether two requests ask for the same; each has a signature of its own. */
function isSame(one: RootRequest, other: RootRequest): boolean {
  const comparable = (request: RootRequest): string =>
    formatRootRequest({
      ...request,
      ...(request.issuing === undefined
        ? {}
        : { issuing: { number: request.issuing.number, request: Uint8Array.of(0) } }),
    });
  return comparable(one) === comparable(other);
}

const malformed: RootRefusal = {
  reason: 'root-document-malformed',
  message: 'expected an answer of entente ca root sign, found something else',
  remedy: 'bring the file again, unchanged',
};
