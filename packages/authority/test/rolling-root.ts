import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import {
  administratorNames,
  createIssuance,
  createIssuer,
  examineRootRequest,
  formatRootAnswer,
  formatRootRequest,
  type Issuer,
  parseJoinToken,
  parseRootRequest,
  prepareRoot,
  type RootRequest,
  signRootAnswer,
  spkiHash,
} from '@entente/pki';
import { createKeyAndRequest, enrol, renew } from '@entente/pki/client';
import {
  authorityFolder,
  IssuerStore,
  initialiseAuthority,
  keySigner,
  openAuthorityFolder,
  publicMode,
  rootFiles,
  writeWhole,
} from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog, StepClock, type TestLogLine } from '@entente/testkit';
import {
  administratorSetHash,
  buildTopology,
  decodeTrustState,
  type EnterpriseAnchorReference,
  outsideObjectUrls,
  type TopologyDocument,
  type TrustState,
} from '@entente/topology';
import { createJudge, type Judge } from '@entente/trust';
import {
  type Certificate,
  decodeCertificate,
  decodeCrl,
  decodePemCertificates,
  encodePem,
} from '@entente/x509';
import { contoso, next, signed } from './contoso.ts';

export const domain = 'contoso.example';
export const url = 'https://ca.contoso.example';
const objectsUrl = 'http://ca.contoso.example';
export const day = 86_400_000;
/** Of the first ceremony, milliseconds since 1970. */
export const start = Date.UTC(2026, 5, 1);
/** In memory where the system has such a folder: that what was written survives a crash is not what this is about. */
const folderForFiles = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** After the periodic work that follows a change, milliseconds. */
export const tick = 15_000;

/** As what a peer presents its certificate. */
export type Purpose = 'client' | 'server';

/** A server, and what it presents to peers. */
export interface Holder {
  readonly server: string;
  readonly side: 'internal' | 'external';
  chain: readonly Uint8Array[];
}

export function read(der: Uint8Array): Certificate {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

/** An authority whose roots are elsewhere, with members that a test moves on by hand. */
export class RollingRoot implements AsyncDisposable {
  readonly clock = new StepClock(start);
  readonly holders: Holder[] = [];
  /** With their keys, in the order of their numbers. */
  readonly roots: Issuer[] = [];
  document: TopologyDocument = contoso;
  authority!: RunningAuthority;
  /** What the authority has logged. */
  readonly lines: (TestLogLine & { readonly at: number })[] = [];
  /** Chain of the administrator. */
  administrator: readonly Uint8Array[] = [];
  readonly #base: string;

  private constructor(base: string) {
    this.#base = base;
  }

  static async start(): Promise<RollingRoot> {
    const run = new RollingRoot(await mkdtemp(join(folderForFiles, 'entente-rolling-root-')));
    const made = await initialiseAuthority({
      directory: run.directory,
      domain,
      fqdn: 'ca.contoso.example',
      objectsUrl,
      outsideObjectsUrls: outsideObjectUrls(buildTopology(contoso)),
      now: start,
      openLedger,
      administrators: ['alice'],
    });
    const decoded = decodePemCertificates(made.rootPem);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const key = keySigner(createPrivateKey(await readFile(made.files.rootKey)));
    const client = decodePemCertificates(await readFile(made.administrators[0]?.certificate as string));
    run.administrator = client.ok ? client.value.map(({ der }) => der) : [];
    run.roots.push(await createIssuer((decoded.value[0] as Certificate).der, key));
    await rename(made.files.rootKey, join(run.#base, 'root_ca.key'));
    run.authority = await run.open();
    await run.order('/topology', signed(contoso));
    for (const server of ['fe01.contoso.example', 'edge01.contoso.example']) await run.join(server);
    const external = { server: 'edge01.contoso.example', side: 'external', chain: [] } as const;
    run.holders.push({ ...external });
    await run.renewAll();
    return run;
  }

  get directory(): string {
    return join(this.#base, 'ca');
  }

  open(): Promise<RunningAuthority> {
    const settings = {
      domain,
      fqdn: 'ca.contoso.example',
      directory: this.directory,
      administratorsHash: administratorSetHash(contoso.administrators),
      authorityUrl: url,
      objectsUrl,
    };
    return createAuthority(
      settings,
      createTestLog((line) => void this.lines.push({ ...line, at: this.clock.now() })),
      this.clock,
    );
  }

  async restart(): Promise<void> {
    await this.authority[Symbol.asyncDispose]();
    this.authority = await this.open();
  }

  /** Certifies the administrator again, as `entente ca administrator` does: with the authority stopped. */
  async certifyAdministrator(): Promise<void> {
    await this.authority[Symbol.asyncDispose]();
    {
      await using opened = await openAuthorityFolder(this.directory, openLedger);
      const issuance = createIssuance({
        issuer: opened.issuer,
        ledger: opened.ledger,
        anchors: opened.roots,
        throwAway: opened.throwAway,
        clock: () => this.clock.now(),
        random: randomBytes,
        objectsUrl,
        mayIssue: () => ({ ok: true, names: administratorNames(domain, 'alice') }),
      });
      const { request } = await createKeyAndRequest({ subject: 'alice' });
      const outcome = await issuance.issue(
        { profile: 'administrator', subject: 'alice', request },
        { kind: 'administrator', name: 'ceremony' },
      );
      if (!outcome.ok) throw new Error(outcome.refusal.message);
      this.administrator = outcome.certificate.chain;
    }
    this.authority = await this.open();
  }

  /** The administrator gets the next certificate while the last one is valid, as with `entente cert renew`. */
  async renewAdministrator(): Promise<void> {
    const { request } = await createKeyAndRequest({ subject: 'alice' });
    const { serialHex } = read(this.administrator[0] as Uint8Array);
    const peer = { uris: [`entente://${domain}/administrators/alice`], dnsNames: [], serialHex };
    const body = JSON.stringify({ request: encodePem('CERTIFICATE REQUEST', request) });
    const asked = new Request(`${url}/certificates`, { method: 'POST', body });
    const answer = await this.authority.fetch(asked, { peer } as never);
    const { certificate, detail } = (await answer.json()) as { certificate?: string; detail?: string };
    const decoded = decodePemCertificates(certificate ?? '');
    if (!decoded.ok) throw new Error(detail);
    this.administrator = decoded.value.map(({ der }) => der);
  }

  async order(path: string, body?: string): Promise<Record<string, never>> {
    const peer = { uris: [`entente://${domain}/administrators/alice`], dnsNames: [], serialHex: '01' };
    const request = new Request(`${url}${path}`, body === undefined ? {} : { method: 'POST', body });
    const answer = await this.authority.fetch(request, { peer } as never);
    return (await answer.json()) as Record<string, never>;
  }

  /** @returns `accepted`, or the reason of the refusal and its message */
  async publish(enterprise: readonly EnterpriseAnchorReference[], query = ''): Promise<string> {
    const wanted = next(this.document, { anchors: { enterprise }, issued: this.#iso() });
    const { reason, detail } = await this.order(`/topology${query}`, signed(wanted));
    if (reason !== undefined) return `${reason}: ${detail}`;
    this.document = wanted;
    return 'accepted';
  }

  /** What the authority says of a version with these roots, which is not published: `accepted`, or the reason of the refusal. */
  async judge(enterprise: readonly EnterpriseAnchorReference[], query = ''): Promise<string> {
    const wanted = next(this.document, { anchors: { enterprise }, issued: this.#iso() });
    const { accepted, refusal } = await this.order(`/topology/judgement${query}`, signed(wanted));
    return accepted ? 'accepted' : String((refusal as unknown as { readonly reason: string }).reason);
  }

  #iso(): string {
    return new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** How the topology lists a root. */
  listed(number: number, stage?: EnterpriseAnchorReference['stage']): EnterpriseAnchorReference {
    const { der } = (this.roots[number - 1] as Issuer).certificate;
    return {
      name: `root ${number}`,
      sha256: spkiHash(der),
      certificate: Buffer.from(der).toString('base64'),
      ...(stage === undefined ? {} : { stage }),
    };
  }

  async token(server: string) {
    const { token, ...answer } = await this.order('/join-tokens', JSON.stringify({ server }));
    const parsed = parseJoinToken(String(token));
    if (!parsed.ok) throw new Error(JSON.stringify(answer));
    return parsed.token;
  }

  async join(server: string): Promise<void> {
    const outcome = await enrol({
      token: await this.token(server),
      key: await createKeyAndRequest({ subject: server }),
      transport: (request) => this.authority.fetch(request, undefined),
    });
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    this.holders.push({ server, side: 'internal', chain: outcome.certificate.chain });
  }

  holder(server: string, side: Holder['side'] = 'internal'): Holder {
    return this.holders.find((one) => one.server === server && one.side === side) as Holder;
  }

  /** A member asks with its internal certificate, as it presents it to the authority. */
  async renew(holder: Holder): Promise<void> {
    const { server, side } = holder;
    const leaf = read(this.holder(server).chain[0] as Uint8Array);
    const peer = { uris: [], dnsNames: [server], serialHex: leaf.serialHex, server };
    const outcome = await renew({
      authority: url,
      ...(side === 'external' ? { interface: side } : {}),
      key: await createKeyAndRequest({ subject: side === 'external' ? 'access.contoso.example' : server }),
      transport: (request) => this.authority.fetch(request, { peer } as never),
    });
    if (!outcome.ok) throw new Error(`${server}: ${outcome.refusal.reason} ${outcome.refusal.message}`);
    holder.chain = outcome.certificate.chain;
  }

  async renewAll(): Promise<void> {
    for (const holder of this.holders) await this.renew(holder);
  }

  /** What the administrator carries to the key of a root, as `entente ca root request` writes it. */
  async #request(number: number): Promise<RootRequest & { readonly nextRoot: number }> {
    const store = await IssuerStore.open(authorityFolder(this.directory));
    const root = store.roots.all[number - 1];
    if (root === undefined) throw new Error(`no root ${number}`);
    return {
      domain,
      root: spkiHash(root.certificate.der),
      list: root.crl.der,
      objectsUrl,
      outsideObjectsUrls: outsideObjectUrls(buildTopology(contoso)),
      nextRoot: store.roots.all.length + 1,
      certifyOutside: [],
      revoke: [],
    };
  }

  /** The present root prepares the next one, and the answer is brought back. */
  async prepare(): Promise<void> {
    const root = this.roots.at(-1) as Issuer;
    const now = this.clock.now();
    const request = await this.#request(this.roots.length);
    const plan = examineRootRequest(request, { root: root.certificate, now });
    if (!plan.ok) throw new Error(plan.refusal.message);
    const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const nextRoot = await prepareRoot(request, { root, signer, listNumber: 1, now, random: randomBytes });
    const answer = await signRootAnswer(plan.value, { root, now, random: randomBytes });
    const { answer: file } = rootFiles(this.roots.length);
    this.roots.push(await createIssuer(nextRoot.certificate, signer));
    await writeWhole(join(this.directory, file), formatRootAnswer({ ...answer, nextRoot }), publicMode);
  }

  /**
   * Asks the first root for the next issuing authority, before that is due.
   * @param store - of the authority, which does not run or has not looked since
   * @param revoke - issuing authorities that the root puts on its list
   */
  async askForIssuing(store: IssuerStore, revoke: RootRequest['revoke'] = []): Promise<void> {
    const request = { ...(await this.#request(1)), issuing: await store.request(domain), revoke };
    await writeWhole(join(this.directory, rootFiles(1).request), formatRootRequest(request), publicMode);
  }

  /**
   * The visit to a root: signs what the authority has written by itself.
   * @param isClockRight - whether somebody says so, because the root has signed a list of the future
   */
  async visit(number: number, isClockRight = false): Promise<void> {
    const files = rootFiles(number);
    const request = parseRootRequest(await readFile(join(this.directory, files.request), 'utf8'));
    if (request === undefined) throw new Error('no request');
    const root = this.roots[number - 1] as Issuer;
    const now = this.clock.now();
    const plan = examineRootRequest(request, { root: root.certificate, now, isClockRight });
    if (!plan.ok) throw new Error(plan.refusal.message);
    const answer = await signRootAnswer(plan.value, { root, now, random: randomBytes });
    await writeWhole(join(this.directory, files.answer), formatRootAnswer(answer), publicMode);
  }

  /** The trust state as a member gets it. */
  async state(): Promise<TrustState & { readonly chain: readonly Uint8Array[] }> {
    const [holder] = this.holders;
    const peer = { uris: [], dnsNames: [holder?.server], serialHex: '01', server: holder?.server };
    const response = await this.authority.fetch(new Request(`${url}/state`), { peer } as never);
    const decoded = decodeTrustState(await response.text());
    if (!decoded.ok) throw new Error(decoded.message);
    return { ...decoded.state, chain: decoded.chain };
  }

  /** Chain of the authority's own certificate. */
  get own(): readonly Uint8Array[] {
    const decoded = decodePemCertificates(this.authority.listener.identity.current.certificatePem);
    return decoded.ok ? decoded.value.map(({ der }) => der) : [];
  }

  /** A relying party that believes some roots, and fetches the lists that the certificates name. */
  async verdict(
    believed: readonly number[],
    chain: readonly Uint8Array[],
    purposes: readonly Purpose[] = ['client'],
  ): Promise<string> {
    const crls = [];
    for (const { crlDistributionPoints = [] } of chain.map(read)) {
      const [name] = crlDistributionPoints.flatMap(({ name }) => (name?.type === 'full' ? name.names : []));
      if (name?.type !== 'uri') return 'no list is named';
      const response = await this.authority.fetchObject(new Request(name.value));
      const list = decodeCrl(new Uint8Array(await response.arrayBuffer()));
      if (!list.ok) return `${name.value}: ${response.status}`;
      crls.push(list.value);
    }
    const anchors = believed.map((number) => ({
      name: `root ${number}`,
      certificate: (this.roots[number - 1] as Issuer).certificate,
      revocation: { mode: 'hard-fail' as const },
    }));
    const judge = createJudge({ anchors: { anchors }, revocation: { crls } });
    const found = purposes.map((purpose) => this.judged(judge, chain, purpose));
    return found.find((one) => one !== 'trusted') ?? 'trusted';
  }

  /** What a judge says of a server. */
  judged(judge: Judge, certificates: readonly Uint8Array[], purpose: Purpose = 'client'): string {
    const outcome = judge.judge(
      { certificates },
      {
        now: this.clock.now(),
        link: { name: 'test', direction: 'inbound', interface: 'internal', purpose },
        identity: { mode: 'inbound' },
        authorise: () => ({ ok: true }),
      },
    );
    return outcome.trusted ? 'trusted' : outcome.rejection.reason;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.authority[Symbol.asyncDispose]();
    await rm(this.#base, { recursive: true, force: true });
  }
}
