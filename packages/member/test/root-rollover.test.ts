import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Member } from '@entente/member';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dial, echoing, type OpenConnection } from './echoing-peers.ts';
import { listOf } from './sample-domain.ts';
import { fqdn, startTwoRoots } from './two-roots.ts';

const oldPeer = 'fe2.contoso.example';
const newPeer = 'fe3.contoso.example';

/** Names of the roots that a member believes. */
const rootsOf = ({ roots }: Member) => roots.map(({ subject }) => subject.toString()).sort();
const issuerOf = ({ identity }: Member) => identity.current.leaf.issuer.toString();
const [one, two] = ['CN=Contoso Root 1', 'CN=Contoso Root 2'];

describe('a member whose domain replaces its root', () => {
  let directory: string;
  let domain: Awaited<ReturnType<typeof startTwoRoots>>;
  const closers: (() => unknown)[] = [];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-roots-'));
    domain = await startTwoRoots(directory);
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    await domain[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const started = async (from: string, onLine?: Parameters<typeof domain.start>[1]) => {
    const member = await domain.start(from, onLine);
    closers.push(() => member[Symbol.asyncDispose]());
    return member;
  };
  const follows = (member: Member) =>
    expect.poll(() => member.topology.document.version).toBe(domain.version());

  /** Leads the domain to the end of its rollover. */
  const rollOver = async () => {
    domain.publish({ root1: 'active', root2: 'prepared' });
    domain.names('root2', 'issuing2');
    await domain.activate();
    domain.publish({ root1: 'tainted', root2: 'active' });
    domain.publish({ root2: 'active' });
  };

  /** Connections of a member with peers below either root, in both directions. */
  const connections = async (member: Member, reasons: string[]) => {
    const onReason = (reason: string) => void reasons.push(reason);
    const allow = [oldPeer, newPeer];
    const listening = await echoing({ trust: member.trust, identity: member.identity, allow, onReason });
    closers.push(() => listening.close());
    const open = async (issuer: 'issuing1' | 'issuing2', name: string) => {
      const identity = await domain.peer(issuer, name);
      const peer = await echoing({ trust: domain.everything, identity, allow: [fqdn] });
      closers.push(() => peer.close());
      const port = listening.port;
      return Promise.all([
        dial({ trust: domain.everything, identity, name: fqdn, port }),
        dial({ trust: member.trust, identity: member.identity, name, port: peer.port }),
      ]);
    };
    return { ofOld: await open('issuing1', oldPeer), ofNew: await open('issuing2', newPeer) };
  };
  const stayOpen = async (all: readonly OpenConnection[]) => {
    for (const { echo, socket } of all) {
      expect(socket.destroyed).toBe(false);
      await echo();
    }
  };

  it('follows it through prepare, activate, taint and retire, and no connection ends but those of peers below the old root alone', async () => {
    const member = await started(await domain.joined('fe1'));
    const reasons: string[] = [];
    // A peer below the new root is believed from the beginning, because it sends the cross certificate.
    const { ofNew, ofOld } = await connections(member, reasons);
    expect(rootsOf(member)).toEqual([one]);
    await stayOpen([...ofOld, ...ofNew]);

    domain.publish({ root1: 'active', root2: 'prepared' });
    domain.names('root2');
    await follows(member);
    expect(rootsOf(member)).toEqual([one, two]);
    await stayOpen([...ofOld, ...ofNew]);

    await domain.activate();
    domain.names('issuing2');
    domain.publish({ root1: 'active', root2: 'active' });
    await follows(member);
    expect(issuerOf(member), 'nothing hastens its renewal').toBe('CN=Contoso Issuing 1');
    expect(domain.enrolled()).toBe(0);
    await stayOpen([...ofOld, ...ofNew]);

    domain.publish({ root1: 'tainted', root2: 'active' });
    await expect.poll(() => issuerOf(member)).toBe('CN=Contoso Issuing 2');
    expect(domain.enrolled(), 'once').toBe(1);
    expect(rootsOf(member), 'a tainted root is believed').toEqual([one, two]);
    await stayOpen([...ofOld, ...ofNew]);

    expect(reasons).toEqual([]);
    const ends = ofOld.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    domain.publish({ root2: 'active' });
    await Promise.all(ends);
    expect(rootsOf(member)).toEqual([two]);
    expect(reasons).toEqual(['unknown-issuer']);
    await stayOpen(ofNew);
    domain.publish({ root2: 'active' });
    await follows(member);
    await stayOpen(ofNew);
  });

  it('believes after a restart what the signed topology lists, not what it joined with', async () => {
    const from = await domain.joined('fe1');
    await rollOver();
    const member = await domain.start(from);
    await follows(member);
    await expect.poll(() => issuerOf(member)).toBe('CN=Contoso Issuing 2');
    await member[Symbol.asyncDispose]();
    await domain.goDown();
    const again = await started(from);
    expect(rootsOf(again)).toEqual([two]);
    const reasonOf = async (issuer: 'issuing1' | 'issuing2', name: string) => {
      const identity = await domain.peer(issuer, name);
      await using peer = await echoing({ trust: domain.everything, identity, allow: [fqdn] });
      return await dial({ trust: again.trust, identity: again.identity, name, port: peer.port }).then(
        ({ socket }) => void socket.destroy(),
        (error: Error & { readonly rejection?: { readonly reason: string } }) =>
          error.rejection?.reason ?? error.message,
      );
    };
    expect(await reasonOf('issuing1', oldPeer)).toBe('unknown-issuer');
    expect(await reasonOf('issuing2', newPeer)).toBeUndefined();
  });

  it('comes back after it was off throughout, with a certificate below the retired root, and renews that', async () => {
    const from = await domain.joined('fe1');
    await rollOver();
    const errors: unknown[] = [];
    const member = await started(from, ({ fields, level }) => level === 'error' && errors.push(fields));
    await follows(member);
    expect(rootsOf(member)).toEqual([two]);
    await expect.poll(() => issuerOf(member)).toBe('CN=Contoso Issuing 2');
    expect(errors).toEqual([]);
  });

  it('alarms once of a list on plain HTTP that is another one than the trust state names, and does not put it in force', async () => {
    const from = await domain.joined('fe1');
    await rollOver();
    // The list of the new issuing authority as outsiders get it, which this member needs for its first connection.
    const { issuing2 } = domain.issuers;
    domain.publishesOutside('issuing2', await listOf(issuing2, { number: 1, revoked: ['0a'] }));
    const alarms: object[] = [];
    const member = await started(from, ({ fields, level }) => {
      if (level === 'error') alarms.push(fields as object);
    });
    await follows(member);
    const named = domain.lists.get('issuing2');
    expect(alarms).toMatchObject([
      { event: 'revocation-list-differs', reason: 'forked', peer: domain.listAt('issuing2'), number: 1 },
    ]);
    expect(member.revocationLists.filter(({ crlNumber }) => crlNumber === 1n)).toContainEqual(
      expect.objectContaining({ der: named?.der }),
    );
    expect(member.revocationLists.flatMap((list) => list.lookup(Uint8Array.of(0x0a)) ?? [])).toEqual([]);
  });

  it('refuses a trust state that names other roots than its topology, and goes on with the topology in force', async () => {
    const lines: { readonly event?: unknown; readonly reason?: unknown; readonly level: string }[] = [];
    const member = await started(await domain.joined('fe1'), ({ fields, level }) => {
      lines.push({ ...(fields as object), level });
    });
    domain.saysAnchors('ab'.repeat(32));
    domain.publish({ root1: 'active', root2: 'prepared' });
    const refused = () => lines.filter(({ event }) => event === 'trust-state-refused');
    await expect.poll(() => refused().length).toBeGreaterThan(0);
    expect(refused()[0]).toMatchObject({ reason: 'anchors-differ', level: 'error' });
    expect(member.topology.document.version).toBe(1);
    expect(rootsOf(member)).toEqual([one]);
    domain.saysAnchors(undefined);
    await follows(member);
    expect(rootsOf(member)).toEqual([one, two]);
  });
});
