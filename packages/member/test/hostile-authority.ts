import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { firstPoolKeys, formatPoolKeys, type PoolKeys } from '@entente/pki';
import { createTestAuthority, createTestLog } from '@entente/testkit';
import { loadCredential, openTrust, serve, systemClock } from '@entente/tls';
import {
  administratorSetHash,
  anchorsHash,
  buildTopology,
  signTrustState,
  type TopologyDocument,
  type TrustState,
  type TrustStateSigner,
} from '@entente/topology';
import type { CertificateList } from '@entente/x509';
import { AuthorityClient } from '../src/authority/authority-client.ts';
import { AuthorityWays } from '../src/authority/authority-connections.ts';
import type { LastKnown } from '../src/files/last-known-file.ts';
import { DomainFollower } from '../src/follow/domain-follower.ts';
import { ListAlarm } from '../src/follow/list-alarm.ts';
import { OwnCertificateWatch } from '../src/follow/own-certificate-watch.ts';
import { RevocationLists } from '../src/follow/revocation-lists.ts';
import { fetchFirstTopology } from '../src/join/first-topology.ts';
import type { PushedRequests } from '../src/push/pushed-requests.ts';
import { DomainState } from '../src/state/domain-state.ts';
import {
  administrator,
  certificateOf,
  firstDocument,
  listOf,
  nextDocument,
  signed,
} from './sample-domain.ts';
import { nameList, stateOf, stateSigner } from './sample-states.ts';

const host = 'ca.contoso.example';
const fqdn = 'fe1.contoso.example';

/** What an authority answers; the test writes it. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What a good authority answers at `/domain-keys`. */
export const poolKeysText = formatPoolKeys(
  firstPoolKeys('pool1.contoso.example', { now: Date.now(), random: randomBytes }),
);

/**
 * A member's side of an authority that answers whatever the test says.
 * @param lastKnown - what an earlier run of the member has kept
 * @param crlUrl - that its certificate names
 * @param pushed - the way of its requests, where the authority comes to it
 */
export async function startMember(lastKnown: LastKnown = {}, crlUrl?: string, pushed?: PushedRequests) {
  const root = await createTestAuthority('Contoso Root');
  let list = await listOf(root, { number: 1 });
  const crls = { pem: await root.crl([]) };
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls });
  const credentialOf = async (name: string) => {
    const { chainPem, keyPem } = await root.issue({
      dnsNames: [name],
      ...(crlUrl === undefined ? {} : { crlUrl }),
    });
    return loadCredential({ certificate: chainPem, key: keyPem });
  };
  const one = administrator('one');
  const first = firstDocument([one.entry]);
  const goodKey = await stateSigner(root);
  let named = first;
  const anchors = anchorsHash([certificateOf(root).der]);
  // Higher than in an earlier run of the test's member.
  let sequence = 1_000;
  const stateText = (changes: Partial<TrustState> = {}, signer: TrustStateSigner = goodKey): string =>
    signTrustState(
      stateOf(named, [nameList(root, list)], { sequence: ++sequence, anchors, ...changes }),
      signer,
    );
  const goodState: Answer = (_request, response) => response.end(stateText());
  const listPath = `/lists/${nameList(root, list).issuer}/0`;
  const asked: string[] = [];
  const reported: string[] = [];
  const answers: Record<string, Answer> = {
    '/domain-keys': (_request, response) => response.end(poolKeysText),
    '/state': goodState,
    '/standing': (request, response) => {
      request.setEncoding('utf8').once('data', (text: string) => void reported.push(text));
      request.once('end', () => void response.writeHead(204).end());
    },
    [listPath]: (_request, response) => response.end(list.der),
  };
  const open = new Set<ServerResponse>();
  const server = await serve(
    https,
    {
      trust,
      identity: await credentialOf(host),
      allow: [fqdn],
      host: '127.0.0.1',
      limits: { drainTimeoutMs: 0 },
    },
    (request, response) => {
      open.add(response);
      asked.push(request.url ?? '');
      const answer = answers[request.url ?? ''];
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    },
  );
  const warnings: string[] = [];
  const events: unknown[] = [];
  const lines: { readonly event?: string; readonly reason?: string; readonly remedy?: string }[] = [];
  const log = createTestLog(({ fields, level, message }) => {
    if (level === 'warn') warnings.push(message);
    lines.push(fields);
    if ('event' in fields) events.push(fields.event);
  });
  const written: string[] = [];
  let full = false;
  let stuck: Promise<void> | undefined;
  const keysKept: PoolKeys[] = [];
  const confirmed: (number | undefined)[] = [];
  const own = await credentialOf(fqdn);
  const authority = new AuthorityClient({
    url: `https://${host}:${server.port}`,
    addresses: new Map([[host, '127.0.0.1']]),
    trust,
    credential: own,
    ...(pushed === undefined ? {} : { ways: new AuthorityWays({ pushed, mayDial: () => false }) }),
  });
  const state = new DomainState({
    topology: buildTopology(first),
    roots: [certificateOf(root)],
    lists: [],
    lastKnown,
    clock: systemClock,
    onFault: (fault) => void warnings.push(String(fault)),
  });
  const listAlarm = new ListAlarm({ log });
  const ownCertificate = new OwnCertificateWatch({
    listAlarm,
    fqdn,
    chainPem: () => own.current.certificatePem,
    addresses: new Map([[host, '127.0.0.1']]),
    state,
    clock: systemClock,
    log,
  });
  const follower = new WrittenFollower({
    fqdn,
    state,
    authority,
    lists: new RevocationLists({
      chainPem: () => own.current.certificatePem,
      authority,
      files: {
        async write() {
          written.push('lists');
          await stuck;
        },
      },
      state,
      now: () => systemClock.now(),
      log,
    }),
    certificateEnd: () => own.current.leaf.notAfter,
    listAlarm,
    own: ownCertificate,
    topologyFile: {
      async keep({ document: { version } }) {
        await stuck;
        if (full) throw new Error('disk full');
        written.push(`topology ${version}`);
      },
    },
    keysFile: {
      async keep(keys) {
        await stuck;
        if (!full && keys !== keysKept.at(-1)) keysKept.push(keys);
      },
    },
    lastKnownFile: {
      async keep({ confirmedAt }) {
        await stuck;
        if (confirmedAt !== confirmed.at(-1)) confirmed.push(confirmedAt);
      },
    },
    files: { lookForMissing: async () => [] },
    clock: systemClock,
    log,
    pollMs: 3_600_000,
  });
  return {
    authority,
    follower,
    ownCertificate,
    trust,
    /** Of the member. */
    identity: own,
    /** Of the authority. */
    authorityIdentity: await credentialOf(host),
    state,
    warnings,
    /** The `event` of each line of the log. */
    events,
    /** The fields of each line. */
    lines,
    root,
    ownSerial: own.current.leaf.serialHex,
    /** What the authority was asked for. */
    asked,
    listPath,
    /** What it has said of itself. */
    reported,
    goodState,
    /** A state that names the topology and the list of now, with the next sequence. */
    stateText,
    /** The topology that the states name from now on. */
    names(document: TopologyDocument) {
      named = document;
    },
    /** The list that the states name from now on. */
    namesList(next: CertificateList) {
      list = next;
    },
    /** The authority has a topology, and its states name it. */
    publish(document: TopologyDocument) {
      named = document;
      answers['/topology'] = (_request, response) => response.end(signed(document, one.signer));
    },
    written,
    /** The keys of the pool, as a later run would know them. */
    keysKept,
    /** Each confirmation that a later run would know of. */
    confirmed,
    first,
    signed: (document: TopologyDocument, signer = one.signer) => signed(document, signer),
    /** One of the same name as an administrator, with another key. */
    impostor: administrator('one').signer,
    next: (): TopologyDocument => nextDocument(first, { title: 'second' }),
    version: () => state.topology.document.version,
    /** From now on no write ends, until what is returned is called. */
    freezeDisk(): () => void {
      let thaw = (): void => {};
      stuck = new Promise((resolve) => {
        thaw = resolve;
      });
      return () => {
        stuck = undefined;
        thaw();
      };
    },
    fillDisk: (isFull: boolean) => {
      full = isFull;
    },
    /** As a member that has no topology yet. */
    fetchFirst: () =>
      fetchFirstTopology({
        authority,
        administratorsHash: administratorSetHash(first.administrators),
        now: () => Date.now(),
        log,
      }),
    answer(path: string, how: Answer | string) {
      answers[path] = typeof how === 'string' ? (_request, response) => response.end(how) : how;
    },
    async [Symbol.asyncDispose]() {
      await authority[Symbol.asyncDispose]();
      await follower[Symbol.asyncDispose]();
      state[Symbol.dispose]();
      for (const response of open) response.destroy();
      await server.close();
      await trust[Symbol.asyncDispose]();
    },
  };
}

/** Its refresh ends once everything is written, too. */
class WrittenFollower extends DomainFollower {
  override async refresh(): Promise<void> {
    await super.refresh();
    await this.written();
  }
}
