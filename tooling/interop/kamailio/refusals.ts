import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { AppProcess, DemoUser, LogRecord, Network } from '@entente/testkit';
import type { StepLog } from '../calls/step-log.ts';
import type { Guide } from './guide.ts';
import { believedByTls, type IssuedFiles, type OpensslAuthority } from './openssl-authority.ts';
import { partnerDomain, partnerHost, partnerPorts, startPartnerProxy } from './partner-proxy.ts';
import { sendText, type TextToSend } from './text-sender.ts';

const grace = `grace@${partnerDomain}`;
const answerMs = 20_000;
const pauseMs = 300;

/** A proxy of the partner that must not be believed. */
export interface UnwelcomeProxy {
  /** What is wrong with it, as a clause. */
  readonly what: string;
  readonly certificate: IssuedFiles;
  /** The CAs whose roots TLS would trust. */
  readonly exchanged: readonly OpensslAuthority[];
  /** Reason for which our edge refuses its connection. */
  readonly dialsUs: string;
  /** Reason for which our edge refuses it when our user writes to its user; undefined where the edge has nobody to dial. */
  readonly weDial?: string;
}

/** What a refusal is tried with. */
export interface RefusalSetting {
  readonly guide: Guide;
  readonly network: Network;
  readonly edge: AppProcess;
  /** A user of ours, registered. */
  readonly alice: DemoUser;
  readonly log: StepLog;
  readonly signal: AbortSignal;
}

/**
 * Starts the proxy with a certificate that our edge must refuse, though TLS would not, and sends a text each way. Neither arrives, and the log
 * of the edge says why.
 */
export async function refusesProxy(setting: RefusalSetting, proxy: UnwelcomeProxy): Promise<void> {
  const { alice, edge, guide, log, network, signal } = setting;
  await using kamailio = await startPartnerProxy(guide, proxy.certificate, network.anchorsFile);
  const port = partnerPorts.federation;
  const roots = proxy.exchanged.map(({ root }) => root);
  await log.step(`${proxy.what}: refused when it dials`, async () => {
    const tls = await believedByTls(proxy.certificate.certificate, roots, signal);
    const refused = nextRefusal(edge, (record) => record.when === 'handshake' && !isDialled(record, port));
    await using _text = await textFromPartner(setting, grace, `in: ${proxy.what}`, roots);
    return `${tls}; ${evidence(await refused, proxy.dialsUs)}`;
  });
  const { weDial } = proxy;
  if (weDial === undefined) return;
  await log.step(`${proxy.what}: refused when it is dialled`, async () => {
    const known = new Set(edge.records);
    const isRefusal = (record: LogRecord) =>
      record.event === 'refused' && !known.has(record) && isDialled(record, port);
    // The edge leaves a place alone for a while that it could not dial.
    const end = Date.now() + answerMs;
    let status: number | undefined;
    while (!edge.records.some(isRefusal) && Date.now() < end) {
      ({ status } = await alice.message(`sip:${grace}`, `out: ${proxy.what}`));
      if (status !== undefined && status < 300) throw new Error(`our user was answered ${status}`);
      await pause(pauseMs, undefined, { signal });
    }
    const record = edge.records.find(isRefusal);
    if (record === undefined) throw new Error(`our edge has refused nobody; our user was answered ${status}`);
    const got = kamailio.requests.filter((request) => request.port === port);
    if (got.length > 0) throw new Error(`it received ${got[0]?.method}`);
    return `our user was answered ${status}; ${evidence(record, weDial)}`;
  });
}

/**
 * A user of the partner writes with a From that is not the partner's: the certificate is right, and the request is refused.
 *
 * @param as - address in From
 */
export async function refusesFrom(
  setting: RefusalSetting,
  as: string,
  partner: OpensslAuthority,
): Promise<void> {
  await setting.log.step(`a From of ${as.split('@')[1]} is refused`, () =>
    refusedRequest(setting, as, partner, 'From'),
  );
}

/** The partner's proxy writes an address in Via where its name should be: no certificate speaks for that. */
export async function refusesAddressInVia(
  setting: RefusalSetting,
  certificate: IssuedFiles,
  partner: OpensslAuthority,
): Promise<void> {
  const { guide, log, network } = setting;
  const withoutName = (routes: string): string =>
    routes.replaceAll(/ advertise sip\.fabrikam\.example:\d+$/gm, '');
  await using _kamailio = await startPartnerProxy(guide, certificate, network.anchorsFile, withoutName);
  await log.step('an IP address in Via is refused', () => refusedRequest(setting, grace, partner, 'Via'));
}

async function refusedRequest(
  setting: RefusalSetting,
  from: string,
  { root }: OpensslAuthority,
  header: string,
): Promise<string> {
  const refused = nextRefusal(setting.edge, ({ method }) => method === 'MESSAGE');
  await using text = await textFromPartner(setting, from, `as ${from}`, [root]);
  const { status } = await text.answer;
  if (status !== 403) throw new Error(`expected 403, found ${status}`);
  const record = await refused;
  if (!String(record.msg).includes(header)) throw new Error(`expected a refusal of ${header}: ${record.msg}`);
  return `answered ${status}; ${evidence(record, 'domain-not-authorised')}`;
}

/** @returns a text to our user, on its way */
async function textFromPartner(
  { alice, signal }: RefusalSetting,
  from: string,
  text: string,
  rootFiles: readonly string[],
) {
  signal.throwIfAborted();
  const roots = await Promise.all(rootFiles.map((file) => readFile(file, 'utf8')));
  const server = { name: partnerHost, port: partnerPorts.clients };
  return sendText({ from, to: alice.user.address, text, server, roots: roots.join('\n') });
}

/**
 * A server of ours that has no business with a Kamailio sends it a request, with a valid certificate of our CA. The Kamailio is set up to look at
 * the name in it.
 *
 * @param to - whom it asks for
 * @param server - the Kamailio, at its port for servers
 * @param roots - that certify the Kamailio, PEM
 */
export async function refusedByKamailio(
  { crlUrl, insider, organisation }: Network,
  request: Pick<TextToSend, 'method' | 'to' | 'server' | 'roots'>,
): Promise<string> {
  const name = organisation.frontEnds[0]?.fqdn ?? '';
  const identity = await insider.issue({ dnsNames: [name], crlUrl });
  const from = `alice@${organisation.domain}`;
  await using sent = await sendText({ ...request, from, text: 'from inside', identity });
  const { status } = await sent.answer;
  if (status !== 403) throw new Error(`expected 403, found ${status}`);
  return `${name} was answered ${status}`;
}

/** Nothing that was refused has come to our user. Looked at when something that came later has arrived. */
export function nothingArrived({ alice }: RefusalSetting): string {
  const texts = alice.process.records.filter(({ event }) => event === 'message').map(({ text }) => text);
  const stray = texts.filter((text) => /^(?:in:|as )/.test(String(text)));
  if (stray.length > 0) throw new Error(`our user received ${JSON.stringify(stray)}`);
  return `our user received ${texts.length} texts, and none of those that were refused`;
}

/** The next refusal that a server logs. */
export function nextRefusal(server: AppProcess, wanted: (record: LogRecord) => boolean): Promise<LogRecord> {
  const known = new Set(server.records);
  const refusal = server.waitFor(
    'a refusal',
    (record) => record.event === 'refused' && !known.has(record) && wanted(record),
    answerMs,
  );
  // Where the step fails before it waits for it, nobody else does.
  refusal.catch(() => {});
  return refusal;
}

/**
 * Whether it is our own connection to a server that was refused, and not one that the server has opened.
 * @param port - on which that server listens
 */
export function isDialled({ from, when }: LogRecord, port: number): boolean {
  return when === 'handshake' && String(from).endsWith(`:${port}`);
}

/** @throws Error where the reason is another one */
export function evidence({ msg, reason }: LogRecord, expected: string): string {
  if (reason !== expected) throw new Error(`expected ${expected}, found ${reason}: ${msg}`);
  return `our log: ${reason}: ${msg}`;
}
