import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinDomain, type Member } from '@entente/member';
import { type Dialog, dialogOfRequest, dialogOfResponse, edit } from '@entente/sip';
import { createSealing, type Sealing } from '@entente/sip-proxy';
import {
  type AppProcess,
  createTestLog,
  type DemoUser,
  type Network,
  startNetwork,
  type TestUser,
} from '@entente/testkit';
import { type Federation, startApp, startFederation } from '@entente/testkit/repository';
import { decodePemCertificates } from '@entente/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordedPeer } from './recorded-peer.ts';

/** Kills a server, which gets no chance to write anything, and starts it again as it was. */
async function restart(network: Network, app: 'edge-server' | 'pool-server', old: AppProcess) {
  process.kill(old.pid, 'SIGKILL');
  await old.stop();
  return startApp(app, { name: old.name, configFile: join(network.directory, `${old.name}.yaml`) });
}

/** Waits until those around a server that has come back have noticed that it has. */
async function reaches(user: DemoUser, address: string): Promise<void> {
  await expect.poll(async () => (await user.message(address, 'are you there?')).status).toBe(200);
}

/** Waits for the end of as many calls as a client has had by then. */
function callsEnded({ process: client }: DemoUser, count: number): Promise<unknown> {
  const ended = () => client.records.filter(({ event }) => event === 'call-ended').length >= count;
  return client.waitFor(`the end of call ${count}`, ended);
}

/** A user's device whose SIP the test writes: a call of it goes on after its connection was lost. */
async function deviceOf(network: Network, name: string) {
  const { frontEnds, users } = network.organisation;
  const user = users.find(({ address }) => address.startsWith(`${name}@`)) as TestUser;
  const { fqdn, port } = frontEnds.find(({ fqdn }) => fqdn === user.home) as { fqdn: string; port: number };
  const peer = new RecordedPeer({ address: user.address, password: user.password, via: 'client.invalid' });
  return {
    peer,
    /** Connects, and registers. */
    async connect() {
      await peer.dial(port, fqdn);
      const register = peer.write('REGISTER', 'sip:contoso.example', { to: `<sip:${user.address}>` });
      expect((await peer.ask(register)).response.status).toBe(200);
    },
  };
}

type Device = Awaited<ReturnType<typeof deviceOf>>;

/** One calls the other. @returns the dialog at each end, and the number of the INVITE */
async function call(caller: Device, called: Device): Promise<{ from: Dialog; to: Dialog; sequence: number }> {
  const asked = caller.peer.ask(caller.peer.write('INVITE', `sip:${called.peer.address}`));
  const arrived = await called.peer.request('INVITE');
  called.peer.answer(arrived, 200);
  const { response, sent } = await asked;
  const from = established(dialogOfResponse(sent, response, false));
  caller.peer.send(from.createAck(sent.cseq.sequence));
  await called.peer.request('ACK');
  const to = established(dialogOfRequest(arrived, { status: 200, localTag: 'far' }, false));
  return { from, to, sequence: sent.cseq.sequence };
}

/** Sends a request in a dialog, which the other end must get and answers. */
async function inDialog(one: Device, other: Device, dialog: Dialog, method: string, sequence = 1) {
  const request = edit(dialog.createRequest(method)).set('CSeq', `${sequence} ${method}`).toMessage();
  const asked = one.peer.ask(request);
  other.peer.answer(await other.peer.request(method), 200);
  expect((await asked).response.status).toBe(200);
}

function established(result: ReturnType<typeof dialogOfResponse>): Dialog {
  if (!result.ok) throw new Error(`no dialog: ${JSON.stringify(result)}`);
  return result.dialog;
}

const keysFileOf = (network: Network, server: string) => join(network.directory, server, 'domain-keys.json');

describe('servers that are killed and started again', () => {
  let federation: Federation;
  let contoso: Network;
  let edge: AppProcess;
  const started: AppProcess[] = [];
  beforeAll(async () => {
    federation = await startFederation({ clients: ['alice', 'bob', 'carol'], partnerClients: ['alice'] });
    contoso = federation.contoso;
    edge = contoso.edge as AppProcess;
  });
  afterAll(async () => {
    for (const process of started) await process.stop();
    await federation?.[Symbol.asyncDispose]();
  });

  it('an edge carries the dialogs of a partner on, in both directions', async () => {
    const alice = contoso.user('alice');
    const bob = contoso.user('bob');
    const theirs = federation.fabrikam.user('alice');
    expect((await alice.call('sip:alice@fabrikam.example')).status).toBe(200);
    edge = await restart(contoso, 'edge-server', edge);
    started.push(edge);
    await reaches(theirs, 'sip:alice@contoso.example');
    // Theirs hangs up: the BYE comes with a route that the killed process had sealed.
    expect((await theirs.hangUp()).status).toBe(200);
    await callsEnded(alice, 1);

    expect((await bob.call('sip:alice@fabrikam.example')).status).toBe(200);
    edge = await restart(contoso, 'edge-server', edge);
    started.push(edge);
    await reaches(bob, 'sip:alice@fabrikam.example');
    expect((await bob.hangUp()).status).toBe(200);
    await callsEnded(theirs, 2);
  });

  it('a front end carries dialogs on in both directions, once the device has registered again', async () => {
    // Erin has no other device, which might answer first.
    const [alice, erin] = [await deviceOf(contoso, 'alice'), await deviceOf(contoso, 'erin')];
    await alice.connect();
    await erin.connect();
    const { from, sequence, to } = await call(alice, erin);
    started.push(await restart(contoso, 'pool-server', contoso.frontEnds[0] as AppProcess));
    // Nothing is known of alice's device yet: the flow has failed, and the request goes to nobody.
    const early = edit(to.createRequest('INFO')).set('CSeq', '1 INFO').toMessage();
    expect((await erin.peer.ask(early)).response.status).toBe(430);
    await alice.connect();
    await inDialog(erin, alice, to, 'INFO', 10);
    await inDialog(alice, erin, from, 'INFO', sequence + 10);
    await inDialog(erin, alice, to, 'BYE', 20);
    await alice.peer[Symbol.asyncDispose]();
    await erin.peer[Symbol.asyncDispose]();
  });

  it('and servers that run on have a new key at once when that of another of the pool is compromised', async () => {
    const [running, revoked] = [started.at(-1), contoso.organisation.frontEnds[1]] as [
      AppProcess,
      { fqdn: string },
    ];
    const pem = await readFile(join(contoso.directory, revoked.fqdn, 'tls.crt'), 'utf8');
    const decoded = decodePemCertificates(pem);
    await contoso.administrator.revoke(decoded.ok ? (decoded.value[0]?.serialHex ?? '') : '');
    const { msg } = await running.waitFor(
      'the new key',
      ({ event, sealing }) => event === 'domain-keys' && sealing === 2,
    );
    expect(msg).toBe(`keys of ${contoso.organisation.pool}: epoch 2 seals, 2 open`);
  });
});

describe('keys of a pool', () => {
  let network: Network;
  let directory: string;
  const members: Member[] = [];
  beforeAll(async () => {
    network = await startNetwork({ clients: [] });
    directory = await mkdtemp(join(tmpdir(), 'entente-keys-'));
  });
  afterAll(async () => {
    for (const member of members) await member[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  /** A member with a copy of the folder of a server that runs, which goes on; one that has not joined joins. */
  async function joinAs(fqdn: string): Promise<Member> {
    const running = join(network.directory, fqdn);
    const hasJoined = network.processes.some(({ name }) => name === fqdn);
    // Node copies no sockets.
    const filter = (from: string): boolean => !from.endsWith('.sock');
    if (hasJoined) await cp(running, join(directory, fqdn), { recursive: true, filter });
    const member = await joinDomain({
      fqdn,
      directory: join(directory, fqdn),
      ...(hasJoined ? {} : { token: await network.administrator.joinToken(fqdn) }),
      addresses: network.addresses,
      log: createTestLog(),
    });
    members.push(member);
    return member;
  }
  const sealingOf = (member: Member): Sealing => createSealing(member.keysFor('routes'), randomBytes);

  it('open at another front end of the pool what one has sealed, and at no server of another pool', async () => {
    const { frontEnds, gateway } = network.organisation;
    const [one, other, outsider] = [
      await joinAs(frontEnds[0]!.fqdn),
      await joinAs(frontEnds[1]!.fqdn),
      await joinAs(gateway.fqdn),
    ];
    const sealed = sealingOf(one).seal('dialog', ['alice@contoso.example'], 'call') as string;
    expect(sealingOf(other).open('dialog', sealed, 'call')).toEqual(['alice@contoso.example']);
    expect(sealingOf(outsider).open('dialog', sealed, 'call')).toBeUndefined();
    expect(createSealing(other.keysFor('gruus'), randomBytes).open('dialog', sealed, 'call')).toBeUndefined();
  });

  it('are in a file of its own at each server, for its owner alone, and nowhere in topology or log', async () => {
    const [fe1, fe2] = network.organisation.frontEnds.map(({ fqdn }) => fqdn) as [string, string];
    const [one, two] = await Promise.all(
      [fe1, fe2].map((fqdn) => readFile(keysFileOf(network, fqdn), 'utf8')),
    );
    expect(one).toBe(two);
    expect((await stat(keysFileOf(network, fe1))).mode & 0o777).toBe(0o600);
    const { key } = JSON.parse(one as string).keys[0] as { key: string };
    expect(await readFile(join(network.directory, fe1, 'topology.json'), 'utf8')).not.toContain(key);
    for (const { records } of network.processes) expect(JSON.stringify(records)).not.toContain(key);
  });

  it('are read back by a front end that was killed, while the authority is away; a half of them is passed over', async () => {
    const [alice, bob] = [await deviceOf(network, 'alice'), await deviceOf(network, 'bob')];
    await alice.connect();
    await bob.connect();
    const { to } = await call(alice, bob);
    await network.authority.stop();
    const [fe1, fe2] = network.frontEnds as [AppProcess, AppProcess];
    const again = await restart(network, 'pool-server', fe1);
    try {
      await alice.connect();
      await inDialog(bob, alice, to, 'BYE');
    } finally {
      for (const { peer } of [alice, bob]) await peer[Symbol.asyncDispose]();
      await again.stop();
    }
    const file = keysFileOf(network, fe2.name);
    await truncate(file, Math.floor((await stat(file)).size / 2));
    await expect(restart(network, 'pool-server', fe2)).rejects.toThrow('the keys of our pool are not known');
  });
});
