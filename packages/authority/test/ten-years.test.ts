import { createPrivateKey, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import {
  administratorNames,
  createIssuance,
  createIssuer,
  examineRootRequest,
  formatRootAnswer,
  issuerId,
  parseJoinToken,
  parseRootRequest,
  signRootAnswer,
} from '@entente/pki';
import { createKeyAndRequest, enrol, renew, renewalTime } from '@entente/pki/client';
import {
  authorityFiles,
  initialiseAuthority,
  issuerFiles,
  keySigner,
  openAuthority,
  publicMode,
  rootFiles,
  writeWhole,
} from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog, StepClock, type TestLogLine } from '@entente/testkit';
import { administratorSetHash, buildTopology, decodeTrustState, outsideObjectUrls } from '@entente/topology';
import { createJudge, type Judge } from '@entente/trust';
import {
  type Certificate,
  type CertificateList,
  decodeCertificate,
  decodeCrl,
  decodePemCertificates,
} from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contoso, signed } from './contoso.ts';

const domain = 'contoso.example';
const url = 'https://ca.contoso.example';
const objectsUrl = 'http://ca.contoso.example';
const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 5, 1);
const end = start + 3_650 * day;
/** In memory where the system has such a folder: that what was written survives a crash is not what this is about. */
const folderForFiles = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** How long a request for the root lies about before somebody makes the yearly visit. */
const visitAfterDays = 25;

/** What `GET /issuers` answers, as far as it is read here. Times in milliseconds since 1970. */
interface IssuersView {
  readonly issuers: readonly { readonly next?: { readonly at: number } }[];
  readonly rootList: { readonly due: number };
  readonly warnings: readonly unknown[];
}

interface Holder {
  readonly server: string;
  readonly side: 'internal' | 'external';
  chain: readonly Uint8Array[];
  leaf: Certificate;
}

function read(der: Uint8Array): Certificate {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

describe('ten years of an authority whose root is elsewhere', () => {
  let base: string;
  let directory: string;
  let authority: RunningAuthority;
  let root: Certificate;
  let rootKey: string;
  let administrator: readonly Uint8Array[];
  const clock = new StepClock(start);
  const lines: (TestLogLine & { readonly at: number })[] = [];
  const log = createTestLog((line) => void lines.push({ ...line, at: clock.now() }));
  const holders: Holder[] = [];
  /** Issuing authorities by which a holder was seen, in order. */
  const seen: string[] = [];
  const visits: number[] = [];
  const refused: string[] = [];
  let steps = 0;

  const settings = () => ({
    domain,
    fqdn: 'ca.contoso.example',
    directory,
    administratorsHash: administratorSetHash(contoso.administrators),
    authorityUrl: url,
    objectsUrl,
  });
  const alice = {
    peer: { uris: [`entente://${domain}/administrators/alice`], dnsNames: [], serialHex: '01' },
  } as never;
  const order = async (path: string, body: string): Promise<Record<string, unknown>> => {
    const answer = await authority.fetch(new Request(`${url}${path}`, { method: 'POST', body }), alice);
    const value = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(JSON.stringify(value));
    return value;
  };
  const peerOf = ({ leaf, server }: Pick<Holder, 'leaf' | 'server'>) => {
    const dnsNames = (leaf.subjectAltName ?? []).flatMap((one) => (one.type === 'dns' ? [one.value] : []));
    return { peer: { uris: [], dnsNames, serialHex: leaf.serialHex, server } } as never;
  };

  const join_ = async (server: string): Promise<void> => {
    const { token: text } = await order('/join-tokens', JSON.stringify({ server }));
    const parsed = parseJoinToken(String(text));
    if (!parsed.ok) throw new Error('no token');
    const outcome = await enrol({
      token: parsed.token,
      key: await createKeyAndRequest({ subject: server }),
      transport: (request) => authority.fetch(request, undefined),
    });
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    const { chain } = outcome.certificate;
    holders.push({ server, side: 'internal', chain, leaf: read(chain[0] as Uint8Array) });
  };
  /** A member asks with its internal certificate, as it presents it to the authority. */
  const renewed = async (server: string, side: Holder['side']): Promise<readonly Uint8Array[]> => {
    const own = holders.find((one) => one.server === server && one.side === 'internal') as Holder;
    const outcome = await renew({
      authority: url,
      ...(side === 'external' ? { interface: side } : {}),
      key: await createKeyAndRequest({ subject: side === 'external' ? 'access.contoso.example' : server }),
      transport: (request) => authority.fetch(request, peerOf(own)),
    });
    if (!outcome.ok) throw new Error(`${server}: ${outcome.refusal.reason} ${outcome.refusal.message}`);
    return outcome.certificate.chain;
  };
  /** As `entente ca administrator` does it: with the authority stopped. */
  const certifyAdministrator = async (): Promise<void> => {
    await authority[Symbol.asyncDispose]();
    {
      await using opened = await openAuthority(directory, openLedger);
      const issuance = createIssuance({
        issuer: opened.issuer,
        ledger: opened.ledger,
        anchors: opened.roots,
        throwAway: opened.throwAway,
        clock: () => clock.now(),
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
      administrator = outcome.certificate.chain;
    }
    authority = await createAuthority(settings(), log, clock);
  };

  /** On the machine of the root, which has its key and keeps its last list. */
  let rootList: Uint8Array | undefined;
  const visitRoot = async (): Promise<void> => {
    const request = parseRootRequest(await readFile(join(directory, rootFiles(1).request), 'utf8'));
    if (request === undefined) throw new Error('no request');
    const plan = examineRootRequest(request, {
      root,
      now: clock.now(),
      ...(rootList === undefined ? {} : { known: rootList }),
    });
    if (!plan.ok) throw new Error(plan.refusal.message);
    const issuer = await createIssuer(root.der, keySigner(createPrivateKey(rootKey)));
    const answer = await signRootAnswer(plan.value, { root: issuer, now: clock.now(), random: randomBytes });
    rootList = answer.list;
    await writeWhole(join(directory, rootFiles(1).answer), formatRootAnswer(answer), publicMode);
    visits.push(clock.now());
  };

  /** Where the list of a certificate is: asked for once a step, because all ask at the same time. */
  const fetched = new Map<string, CertificateList | string>();
  const listAt = async (url: string): Promise<CertificateList | string> => {
    const known = fetched.get(url);
    if (known !== undefined) return known;
    const response = await authority.fetchObject(new Request(url));
    const list = decodeCrl(new Uint8Array(await response.arrayBuffer()));
    const found = list.ok ? list.value : `${url}: ${response.status}`;
    fetched.set(url, found);
    return found;
  };

  let crls: readonly CertificateList[] = [];
  let party: Judge | undefined;
  const relyingParty = (): Judge => {
    party ??= createJudge({
      anchors: { anchors: [{ name: 'root', certificate: root, revocation: { mode: 'hard-fail' } }] },
      revocation: () => ({ crls }),
    });
    return party;
  };

  /** A relying party: our root, and the lists that the certificates name, fetched at this moment. */
  const verdict = async (chain: readonly Uint8Array[], purpose: 'client' | 'server'): Promise<string> => {
    const named = [];
    for (const { crlDistributionPoints = [] } of chain.map(read)) {
      const [name] = crlDistributionPoints.flatMap((point) =>
        point.name?.type === 'full' ? point.name.names : [],
      );
      if (name?.type !== 'uri') return 'no list is named';
      const list = await listAt(name.value);
      if (typeof list === 'string') return list;
      named.push(list);
    }
    crls = named;
    const outcome = relyingParty().judge(
      { certificates: chain },
      {
        now: clock.now(),
        link: { name: 'test', direction: 'inbound', interface: 'internal', purpose },
        identity: { mode: 'inbound' },
        authorise: () => ({ ok: true }),
      },
    );
    return outcome.trusted ? 'trusted' : `${outcome.rejection.reason}: ${outcome.rejection.message}`;
  };

  /** A member may know one issuing authority alone: the state brings the certificates of all whose lists it names. */
  const expectStateComplete = async (): Promise<void> => {
    const response = await authority.fetch(new Request(`${url}/state`), peerOf(holders[0] as Holder));
    const decoded = decodeTrustState(await response.text());
    if (!decoded.ok) throw new Error(decoded.message);
    const known = new Set([root, ...decoded.chain.map(read)].map(({ publicKey }) => issuerId(publicKey.der)));
    for (const { issuer } of decoded.state.lists) {
      if (!known.has(issuer)) refused.push(`day ${(clock.now() - start) / day}: no certificate of ${issuer}`);
    }
  };

  const expectTrusted = async (what: string, chain: readonly Uint8Array[], purpose: 'client' | 'server') => {
    const found = await verdict(chain, purpose);
    if (found !== 'trusted') refused.push(`day ${(clock.now() - start) / day}: ${what}: ${found}`);
  };

  const administratorDue = () => read(administrator[0] as Uint8Array).notAfter - 20 * day;
  const isRequested = () =>
    stat(join(directory, rootFiles(1).request)).then(
      () => true,
      () => false,
    );

  /**
   * The next time at which somebody has something to do, or the authority says something: nothing changes before, but for lists and states,
   * which whoever asks after a step gets new. While it warns it does so once a day, and no day is left out.
   */
  const nextDue = async (requestedAt: number | undefined): Promise<number> => {
    const answer = await authority.fetch(new Request(`${url}/issuers`), alice);
    const { issuers, rootList, warnings } = (await answer.json()) as IssuersView;
    const now = clock.now();
    const times = [
      ...holders.map(({ leaf }) => renewalTime(leaf, 0.5)),
      ...issuers.flatMap(({ next }) => (next === undefined ? [] : [next.at])),
      rootList.due,
      administratorDue(),
      ...(requestedAt === undefined && warnings.length === 0 ? [] : [now + day]),
    ];
    return Math.min(...times.filter((time) => time > now));
  };

  beforeAll(async () => {
    base = await mkdtemp(join(folderForFiles, 'entente-years-'));
    directory = join(base, 'ca');
    const made = await initialiseAuthority({
      directory,
      domain,
      fqdn: 'ca.contoso.example',
      objectsUrl,
      outsideObjectsUrls: outsideObjectUrls(buildTopology(contoso)),
      now: start,
      openLedger,
      administrators: ['alice'],
    });
    const decoded = decodePemCertificates(made.rootPem);
    root = decoded.ok ? (decoded.value[0] as Certificate) : (undefined as never);
    const client = decodePemCertificates(await readFile(made.administrators[0]?.certificate as string));
    administrator = client.ok ? client.value.map(({ der }) => der) : [];
    rootKey = await readFile(made.files.rootKey, 'utf8');
    // Storage that no network reaches.
    await mkdir(join(base, 'safe'));
    await rename(made.files.rootKey, join(base, 'safe', authorityFiles.rootKey));
    authority = await createAuthority(settings(), log, clock);
    await order('/topology', signed(contoso));
    await join_('fe01.contoso.example');
    await join_('edge01.contoso.example');
    const external = await renewed('edge01.contoso.example', 'external');
    holders.push({
      server: 'edge01.contoso.example',
      side: 'external',
      chain: external,
      leaf: read(external[0] as Uint8Array),
    });

    let requestedAt: number | undefined;
    while (clock.now() < end) {
      const due = await nextDue(requestedAt);
      await clock.advance(Math.min(Math.max(due - clock.now(), hour), end - clock.now()));
      steps++;
      fetched.clear();
      for (const holder of holders) {
        if (clock.now() < renewalTime(holder.leaf, 0.5)) continue;
        holder.chain = await renewed(holder.server, holder.side);
        holder.leaf = read(holder.chain[0] as Uint8Array);
      }
      if (clock.now() >= administratorDue()) await certifyAdministrator();
      for (const { chain, leaf, server, side } of holders) {
        await expectTrusted(`${server} ${side}`, chain, 'server');
        await expectTrusted(`${server} ${side}`, chain, 'client');
        if (seen.at(-1) !== leaf.issuer.toString() && server.startsWith('fe01'))
          seen.push(leaf.issuer.toString());
      }
      await expectStateComplete();
      await expectTrusted('the administrator', administrator, 'client');
      const own = decodePemCertificates(authority.listener.identity.current.certificatePem);
      await expectTrusted('the authority', own.ok ? own.value.map(({ der }) => der) : [], 'server');
      requestedAt = (await isRequested()) ? (requestedAt ?? clock.now()) : undefined;
      if (requestedAt !== undefined && clock.now() - requestedAt >= visitAfterDays * day) {
        await visitRoot();
        requestedAt = undefined;
      }
    }
  }, 600_000);
  afterAll(async () => {
    console.log({
      steps,
      visits: visits.map((v) => ((v - start) / day / 365).toFixed(2)),
      refused: refused.length,
    });
    await authority[Symbol.asyncDispose]();
    await rm(base, { recursive: true, force: true });
  });

  it('refuse no member, no administrator and not the authority on any day', () => {
    expect(refused).toEqual([]);
  });

  it('need one visit to the root a year', () => {
    expect(visits.map((time) => Math.floor((time - start) / (365 * day)))).toEqual([1, 2]);
  });

  it('move the members from one issuing authority to the next by themselves', () => {
    expect(seen).toEqual(
      [1, 2, 3].map((n) => expect.stringContaining(`Issuing CA ${n}`)).slice(0, seen.length),
    );
    expect(seen.length).toBeGreaterThanOrEqual(3);
  });

  it('destroy the key of each that is retired', async () => {
    const stages = lines.filter(({ fields }) => (fields as { event?: string }).event === 'issuer-stage');
    const destroyed = stages.filter(({ fields }) => (fields as { step?: string }).step === 'destroy-key');
    expect(destroyed.length).toBeGreaterThanOrEqual(1);
    await expect(stat(join(directory, issuerFiles(1).key))).rejects.toThrow('ENOENT');
  });

  it('warn once a day, first a month or more before an end, and stop after the visit', () => {
    const warned = lines.filter(({ fields }) => 'until' in fields);
    const first = new Map<string, number>();
    for (const { at, fields } of warned) {
      const { event, until } = fields as { event: string; until: string };
      const key = `${event} ${until}`;
      if (!first.has(key)) first.set(key, at);
    }
    expect(first.size).toBeGreaterThanOrEqual(2);
    for (const [key, at] of first) {
      const until = Date.parse(key.split(' ')[1] as string);
      expect(until - at, key).toBeGreaterThanOrEqual(30 * day);
    }
    const perDay = warned.length / (visits.length * (visitAfterDays + 1) * 2);
    expect(perDay).toBeLessThanOrEqual(1.2);
    expect(lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([]);
  });

  it('show an administrator where the rollover stands', async () => {
    const answer = await authority.fetch(new Request(`${url}/issuers`), alice);
    const status = (await answer.json()) as { issuers: { stage: string; valid: number }[] };
    expect(status.issuers.filter(({ stage }) => stage === 'active')).toMatchObject([
      { valid: expect.any(Number) },
    ]);
    expect(status.issuers[0]).toMatchObject({ number: 1, stage: 'retired', valid: 0 });
    const refusal = await authority.fetch(new Request(`${url}/issuers`), peerOf(holders[0] as Holder));
    expect(refusal.status).toBe(403);
  });
});
