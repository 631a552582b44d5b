import { randomBytes } from 'node:crypto';
import {
  createIssuer,
  examineRootRequest,
  formatRootRequest,
  isOfTheFuture,
  maxRootDocumentLength,
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
  type IssuerStore,
  keySigner,
  type PlainFile,
  presentPrivateKey,
  publicMode,
  rootFiles,
  type StoredRoot,
} from '@entente/pki/node';
import { outsideObjectUrls, type Topology } from '@entente/topology';
import { namedOutside } from '../external-certificate-problem.ts';
import type { DomainRoots } from '../roots/domain-roots.ts';
import type { AuthoritySettings } from '../settings.ts';

/** What is exchanged with the root. */
export interface RootPostOptions {
  readonly settings: Pick<AuthoritySettings, 'domain' | 'objectsUrl'>;
  readonly folder: AuthorityFolder;
  readonly store: IssuerStore;
  readonly roots: Pick<DomainRoots, 'standing'>;
  readonly topology: () => Topology | undefined;
  readonly now: () => number;
}

/** What has become of an answer. */
export type AnswerOutcome =
  | { readonly accepted: true; readonly changed: boolean; readonly answer: RootAnswer }
  | { readonly accepted: false; readonly refusal: RootRefusal };

/** Writes what a root should sign into a file, and takes the answer from another one: two files for each root. */
export class RootPost {
  readonly #options: RootPostOptions;

  constructor(options: RootPostOptions) {
    this.#options = options;
  }

  /**
   * Takes the answer of a root that was brought, if there is one. It is moved first, so that another one that is brought meanwhile has its
   * turn later. An answer that is refused is put aside, as it is.
   * @returns undefined where there is none
   */
  async collect(root: StoredRoot): Promise<AnswerOutcome | undefined> {
    const { folder } = this.#options;
    const files = rootFiles(root.number);
    const left = await folder.readBrought(files.taken, maxRootDocumentLength);
    if (left === undefined && !(await folder.move(files.answer, files.taken))) return undefined;
    const brought = left ?? (await folder.readBrought(files.taken, maxRootDocumentLength));
    if (brought === undefined) return undefined;
    const outcome = await this.#outcomeOf(brought, root);
    if (outcome.accepted) await folder.remove(files.taken);
    else await folder.move(files.taken, files.refused);
    return outcome;
  }

  async #outcomeOf(brought: PlainFile, root: StoredRoot): Promise<AnswerOutcome> {
    if (!brought.ok) return { accepted: false, refusal: malformed(brought.found) };
    const answer = parseRootAnswer(brought.content.toString('utf8'));
    if (answer === undefined) return { accepted: false, refusal: malformed('something else') };
    return this.#accept(answer, root);
  }

  /**
   * Gets what is needed of a root: from its key where that is beside the authority, otherwise by a file that somebody carries to it.
   * @param root - one that is recorded
   * @param needs - what is due
   * @param isClockRight - whether a key beside the authority signs although its list is of the future
   * @returns `signed` with the outcome, `written` where there is a new request, `waiting` where there was one before, one came meanwhile,
   * or the clock may be wrong, or `nothing`
   * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read the key of the root
   */
  async send(
    root: StoredRoot,
    needs: RootNeeds,
    isClockRight: boolean,
  ): Promise<
    | { readonly kind: 'nothing' | 'waiting' | 'written' }
    | { readonly kind: 'signed'; readonly outcome: AnswerOutcome }
  > {
    const { folder, now, roots, store } = this.#options;
    const files = rootFiles(root.number);
    const written = await folder.readBrought(files.request, maxRootDocumentLength);
    const before = written?.ok === true ? parseRootRequest(written.content.toString('utf8')) : undefined;
    const revoke = (before?.revoke ?? []).filter(({ certificate }) => !store.isRevoked(certificate));
    const outside = this.#outsideNeeded(root);
    // Somebody may have asked before it is due: until the root has answered, that stays. What it should certify and revoke stays longer: an
    // answer may have been on its way to an earlier request.
    const isOpen = before !== undefined && Buffer.from(before.list).equals(root.crl.der);
    const certifies = root.number === roots.standing.inUse;
    const asked = certifies && before?.issuing?.number === store.records.length + 1;
    const issuing = needs.issuing || asked;
    if (!issuing && !needs.list && !isOpen && outside.certify.length === 0 && revoke.length === 0) {
      if (before === undefined) return { kind: 'nothing' };
      return { kind: (await this.#replace(files.request, written)) ? 'nothing' : 'waiting' };
    }
    const request = await this.#request(root, { ...needs, issuing }, outside, revoke);
    const key = await presentPrivateKey(folder.pathOf(files.key));
    if (key === undefined) {
      if (before !== undefined && isSame(before, request)) return { kind: 'waiting' };
      const isWritten = await this.#replace(files.request, written, formatRootRequest(request));
      return { kind: isWritten ? 'written' : 'waiting' };
    }
    const signer = await createIssuer(root.certificate.der, keySigner(key));
    // A clock that is behind says the same, and what is signed by it is refused by partners.
    if (!isClockRight && isOfTheFuture(root.crl.thisUpdate, now())) return { kind: 'waiting' };
    const plan = examineRootRequest(request, { root: root.certificate, now: now(), isClockRight });
    if (!plan.ok) return { kind: 'signed', outcome: { accepted: false, refusal: plan.refusal } };
    const answer = await signRootAnswer(plan.value, { root: signer, now: now(), random: randomBytes });
    const outcome = await this.#accept(answer, root);
    if (outcome.accepted) await this.#replace(files.request, written);
    return { kind: 'signed', outcome };
  }

  /**
   * Writes a request in the place of the one that was judged, or removes that. What somebody has written meanwhile stays, and is judged the
   * next time.
   * @returns whether it was done
   */
  async #replace(file: string, judged: PlainFile | undefined, content?: string): Promise<boolean> {
    const { folder } = this.#options;
    if (!isTheSame(await folder.readBrought(file, maxRootDocumentLength), judged)) return false;
    if (content === undefined) await folder.remove(file);
    else await folder.write(file, content, publicMode);
    return true;
  }

  async #accept(answer: RootAnswer, root: StoredRoot): Promise<AnswerOutcome> {
    const { now, settings, store } = this.#options;
    const time = now();
    const knowledge = await store.knowledge(settings.domain, settings.objectsUrl, time, root);
    const verified = verifyRootAnswer(answer, knowledge);
    if (!verified.ok) return { accepted: false, refusal: verified.refusal };
    return { accepted: true, changed: await store.accept(verified.value, time), answer };
  }

  /** Authorities below a root whose certificate for outsiders lacks an address, and the addresses. */
  #outsideNeeded(root: StoredRoot): {
    readonly urls: readonly string[];
    readonly certify: readonly Uint8Array[];
  } {
    const { now, store, topology } = this.#options;
    const inForce = topology();
    const urls = inForce === undefined ? [] : outsideObjectUrls(inForce);
    const issuing = store.live
      .filter((one) => one.root === root.number)
      .map(({ issuer, outside }) => ({ inside: issuer.certificate, outside }));
    const next = store.roots.all.flatMap(({ cross, crossOutside }) =>
      cross !== undefined && store.roots.above(cross)?.number === root.number
        ? [{ inside: cross, outside: crossOutside }]
        : [],
    );
    const certify = [...issuing, ...next]
      .filter(({ inside, outside }) => {
        const named = namedOutside(outside);
        const lacks = urls.some((url) => !named.includes(url));
        return lacks && !store.isRevoked(inside.der) && now() < inside.notAfter;
      })
      .map(({ inside }) => inside.der);
    return { urls, certify };
  }

  async #request(
    root: StoredRoot,
    needs: RootNeeds,
    outside: { readonly urls: readonly string[]; readonly certify: readonly Uint8Array[] },
    revoke: RootRequest['revoke'],
  ): Promise<RootRequest> {
    const { settings, store } = this.#options;
    return {
      domain: settings.domain,
      root: spkiHash(root.certificate.der),
      list: root.crl.der,
      objectsUrl: settings.objectsUrl,
      outsideObjectsUrls: outside.urls,
      ...(needs.issuing ? { issuing: await store.request(settings.domain) } : {}),
      nextRoot: store.roots.all.length + 1,
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

function isTheSame(one: PlainFile | undefined, other: PlainFile | undefined): boolean {
  if (one?.ok === true && other?.ok === true) return one.content.equals(other.content);
  return one?.ok === other?.ok;
}

function malformed(found: string): RootRefusal {
  return {
    reason: 'root-document-malformed',
    message: `expected an answer of entente ca root sign in a plain file of at most ${maxRootDocumentLength} bytes, found ${found}`,
    remedy: 'bring the file again, unchanged',
  };
}
