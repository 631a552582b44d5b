import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Call,
  createTokenSource,
  dialAsUser,
  UserAgent,
  type UserAgentEvents,
} from '@entente/sip-endpoint';
import { createTestAuthority, freePorts, type TestAuthority } from '@entente/testkit';
import { openTrust, type Trust } from '@entente/tls';
import { Started } from '../calls/started.ts';
import { StepLog } from '../calls/step-log.ts';
import { startRegistrar } from '../kamailio/registrar.ts';
import type { InteropScenario } from '../scenario.ts';

const domain = 'contoso.example';
const password = 'secret';
const bob = `sip:bob@${domain}`;
/** Sent at once: many times what goes over one connection at a time. */
const many = 200;

/** User agents of ours at a registrar of another maker: a Kamailio that challenges each request, and takes each nonce once. */
export const scenario: InteropScenario = {
  name: 'user-agent',
  needs: [{ program: 'kamailio', package: 'kamailio kamailio-tls-modules' }],
  async run(options) {
    const log = new StepLog(options);
    const directory = await mkdtemp(join(tmpdir(), 'entente-user-agent-'));
    try {
      await using started = new Started(options.signal);
      const authority = await createTestAuthority('Contoso Test Root');
      const [port = 0] = await freePorts(1);
      const place = { authority, directory, domain, port, password };
      let registrar = await startRegistrar(place);
      try {
        const trust = await trustIn(authority);
        started.own(trust);
        await atRegistrar(log, started, trust, port, async () => {
          await registrar[Symbol.asyncDispose]();
          registrar = await startRegistrar(place);
        });
      } finally {
        await registrar[Symbol.asyncDispose]();
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
    return log.steps;
  },
};

async function trustIn(authority: TestAuthority): Promise<Trust> {
  return openTrust({
    anchors: { pem: authority.certificatePem },
    crls: { pem: await authority.crl([]) },
  });
}

async function atRegistrar(
  log: StepLog,
  started: Started,
  trust: Trust,
  port: number,
  restart: () => Promise<void>,
): Promise<void> {
  const waiting = new Map<string, () => void>();
  const registeredAgain = (user: string) => new Promise<void>((resolve) => waiting.set(user, resolve));
  const agent = (user: string, events: UserAgentEvents = {}) =>
    started.own(
      new UserAgent({
        addressOfRecord: `sip:${user}@${domain}`,
        credentials: { secret: { username: user, password } },
        server: { name: domain, address: '127.0.0.1', port },
        dial: dialAsUser({ trust }),
        newToken: createTokenSource(),
        // The server is back at once: nobody has to wait for it.
        stay: { baseMs: 100, maxMs: 1_000 },
        events: {
          ...events,
          onRegistration({ state }) {
            if (state === 'registered') waiting.get(user)?.();
          },
        },
      }),
    );
  const texts: string[] = [];
  const answered: Call[] = [];
  const alice = agent('alice');
  const called = agent('bob', {
    onMessage: ({ text }) => void texts.push(text),
    onCall(incoming) {
      const call = incoming.accept(session('sendrecv'));
      if (call === undefined) return;
      call.onRequest = ({ method }) =>
        method === 'INVITE' ? { status: 200, ...session('recvonly') } : undefined;
      answered.push(call);
    },
  });
  const expects = (status: number, found: number) => {
    if (found !== status) throw new Error(`expected ${status}, found ${found}`);
    return `answered ${status}`;
  };
  const text = async (sent: string) => expects(200, (await alice.message(bob, sent)).status);

  await log.step('they register, with an answer to its challenge', async () => {
    expects(200, (await alice.register()).status);
    return expects(200, (await called.register()).status);
  });
  await log.step('a message arrives', async () => {
    const answer = await text('one');
    if (!texts.includes('one')) throw new Error(`found ${texts.join(', ')}`);
    return answer;
  });
  await log.step(`${many} messages at once arrive, over one connection`, async () => {
    const all = await Promise.all(Array.from({ length: many }, (_, i) => text(`message ${i}`)));
    return `${all.length} ${all[0]}`;
  });
  await log.step('a user who is not there is not found', async () =>
    expects(404, (await alice.message(`sip:nobody@${domain}`, 'hello')).status),
  );
  await log.step('a call is held, resumed, informed and ended', async () => {
    const outcome = await alice.call(bob, session('sendrecv'));
    if (!outcome.ok) throw new Error(`answered ${outcome.response.status}`);
    const { call } = outcome;
    expects(200, (await call.hold()).status);
    expects(200, (await call.resume()).status);
    expects(200, (await call.info({ contentType: 'text/plain', body: '1' })).status);
    expects(200, (await call.hangUp()).status);
    return `bob's side ended: ${await answered[0]?.ended}`;
  });
  await log.step('they are registered again once it was started again, and a message arrives', async () => {
    const both = Promise.all(['alice', 'bob'].map((user) => registeredAgain(user)));
    await restart();
    await both;
    return text('after');
  });
}

function session(direction: 'sendrecv' | 'recvonly') {
  return {
    contentType: 'application/sdp',
    body: `v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/SAVP 0\r\na=${direction}\r\n`,
  };
}
