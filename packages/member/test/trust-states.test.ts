import type { ServerResponse } from 'node:http';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import {
  anchorsHash,
  parseMemberProblems,
  parseMemberStanding,
  type TrustState,
  type TrustStateSigner,
} from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMember } from './hostile-authority.ts';
import { certificateOf, hour, listOf, nextDocument, referenceTo } from './sample-domain.ts';
import { stateSigner } from './sample-states.ts';

const minute = 60_000;
const iso = (time: number) => new Date(time).toISOString();

describe('a member whose authority, or a machine before it, lies about the trust state', () => {
  let member: Awaited<ReturnType<typeof startMember>>;
  beforeEach(async () => {
    member = await startMember();
    member.publish(member.first);
    await member.follower.refresh();
    expect(member.confirmed, member.warnings.join()).toHaveLength(1);
  });
  afterEach(() => member[Symbol.asyncDispose]());

  const refused = () => member.lines.filter(({ event }) => event === 'trust-state-refused');
  /** The authority answers with this, and nothing of the member changes. */
  const refuses = async (text: string, reason: string) => {
    const before = member.state.lastKnown;
    const lists = member.state.lists;
    let heard = 0;
    const stop = member.state.onChange(() => void heard++);
    member.answer('/state', text);
    await member.follower.refresh();
    stop();
    expect(refused().map((line) => line.reason)).toEqual([reason]);
    expect(refused()[0]?.remedy).toMatch(/./);
    expect(member.follower.refusal?.reason, 'what its health says').toBe(reason);
    expect(member.state.lastKnown).toEqual(before);
    expect(member.state.lists).toBe(lists);
    expect(heard).toBe(0);
    member.answer('/state', member.goodState);
    await member.follower.refresh();
    expect(member.state.lastKnown.trustState?.sequence, 'a good one afterwards counts').toBeGreaterThan(
      before.trustState?.sequence ?? 0,
    );
    expect(member.follower.refusal).toBeUndefined();
  };

  it('refuses one that was sent before', async () => {
    const old = member.stateText();
    await member.follower.refresh();
    await refuses(old, 'replayed');
  });

  it('refuses an old one after a restart too', async () => {
    const old = member.stateText();
    await member.follower.refresh();
    await using again = await startMember(member.state.lastKnown);
    again.answer('/state', old);
    await again.follower.refresh();
    expect(again.state.lastKnown).toEqual(member.state.lastKnown);
    expect(again.lines.find(({ event }) => event === 'trust-state-refused')?.reason).toBe('replayed');
  });

  it('refuses another one with the same sequence', async () => {
    const { sequence } = member.state.lastKnown.trustState ?? { sequence: 0 };
    await refuses(member.stateText({ sequence, anchors: 'ab'.repeat(32) }), 'forked');
  });

  it.each<[string, string, (now: number) => Partial<TrustState>]>([
    [
      'one that has expired',
      'stale',
      (now) => ({ signedAt: iso(now - 11 * minute), expires: iso(now - minute) }),
    ],
    ['one from the future', 'not-yet-signed', (now) => ({ signedAt: iso(now + 6 * minute) })],
    ['one of another network', 'wrong-network', () => ({ network: 'fabrikam.example' })],
    [
      'one that names another topology of the version in force',
      'forked',
      () => ({ topology: { version: 1, hash: 'ab'.repeat(32) } }),
    ],
  ])('refuses %s', async (_, reason, changes) => {
    await refuses(member.stateText(changes(Date.now())), reason);
  });

  it('refuses one that names an older topology than the one in force', async () => {
    member.publish(member.next());
    await member.follower.refresh();
    expect(member.version()).toBe(2);
    await refuses(member.stateText({ topology: { version: 1, hash: 'ab'.repeat(32) } }), 'lower-version');
  });

  it('refuses what is no state', async () => {
    await refuses('<html>busy</html>', 'malformed');
  });

  it.each<[string, (root: TestAuthority) => Promise<TrustStateSigner>]>([
    ['that of a server of ours', (root) => stateSigner(root, { usages: ['serverAuth', 'clientAuth'] })],
    ['one that is good for every purpose', (root) => stateSigner(root, { usages: [] })],
    [
      'that of another network',
      (root) => stateSigner(root, { uris: ['entente://fabrikam.example/trust-state'] }),
    ],
    ['one that has expired', (root) => stateSigner(root, { notAfter: Date.now() - minute })],
    ['one that may issue', (root) => stateSigner(root, { ca: { pathLength: 0 } })],
  ])('refuses one whose key is %s', async (_, make) => {
    await refuses(member.stateText({}, await make(member.root)), 'signer-refused');
  });

  it('refuses one whose key was certified by somebody else in the name of our authority', async () => {
    await using other = await startMember();
    await refuses(member.stateText({}, await stateSigner(other.root)), 'signer-refused');
  });

  it('refuses one whose key is revoked by the very list that it names', async () => {
    const signer = await stateSigner(member.root);
    const list = await listOf(member.root, { number: 2, revoked: [signer.serialHex] });
    member.namesList(list);
    await refuses(member.stateText({}, signer), 'signer-refused');
    expect(member.state.lists.map(({ crlNumber }) => crlNumber)).toEqual([2n]);
  });

  it('does not let the list go back that a state names, whatever is played back for it', async () => {
    const old = await listOf(member.root, { number: 1 });
    const next = await listOf(member.root, { number: 2 });
    member.namesList(next);
    member.answer(member.listPath, (_, response) => response.end(old.der));
    const before = member.state.lastKnown;
    await member.follower.refresh();
    expect(refused().map((line) => line.reason)).toEqual(['list-refused']);
    expect(member.state.lastKnown).toEqual(before);
    member.answer(member.listPath, (_, response) => response.end(next.der));
    await member.follower.refresh();
    expect(member.state.lists.map(({ crlNumber }) => crlNumber)).toEqual([2n]);
  });

  it('is confirmed by the time at which the state was signed, not by an answer', async () => {
    const signedAt = Date.now() - 5 * minute;
    member.answer('/state', member.stateText({ signedAt: iso(signedAt) }));
    await member.follower.refresh();
    await member.follower.refresh();
    expect(member.state.lastKnown.confirmedAt).toBe(signedAt);
  });

  it('is not confirmed by a state whose topology it cannot have', async () => {
    const { confirmedAt } = member.state.lastKnown;
    member.names(member.next());
    await member.follower.refresh();
    expect(member.version()).toBe(1);
    expect(member.lines.map(({ event, reason }) => [event, reason])).toContainEqual([
      'topology-refused',
      'stale',
    ]);
    expect(member.state.lastKnown.confirmedAt).toBe(confirmedAt);
    member.publish(member.next());
    await member.follower.refresh();
    expect(member.version()).toBe(2);
  });

  it('refuses one that names other roots than those of the topology, and takes in the list all the same', async () => {
    const { lastKnown } = member.state;
    member.namesList(await listOf(member.root, { number: 2 }));
    member.answer('/state', member.stateText({ anchors: anchorsHash([]) }));
    await member.follower.refresh();
    expect(refused().map(({ reason }) => reason)).toEqual(['anchors-differ']);
    expect(refused()[0]?.remedy).toContain('entente ca rollover');
    expect(member.state.lastKnown.trustState).toEqual(lastKnown.trustState);
    expect(member.state.lastKnown.confirmedAt).toBe(lastKnown.confirmedAt);
    expect(member.state.lists.map(({ crlNumber }) => crlNumber)).toEqual([2n]);
  });

  it('takes in the list of a state whose topology cannot be fetched', async () => {
    member.names(member.next());
    member.answer('/topology', (_, response) => void response.writeHead(500).end());
    member.namesList(await listOf(member.root, { number: 2 }));
    await member.follower.refresh();
    expect(member.version()).toBe(1);
    expect(member.lines.map(({ event }) => event)).toContain('authority-answer-refused');
    expect(member.state.lists.map(({ crlNumber }) => crlNumber)).toEqual([2n]);
  });

  it('does not put a topology in force whose roots do not lead to the signer of its state', async () => {
    const other = await createTestAuthority('Contoso Root 2');
    const anchors = { enterprise: [referenceTo(other)] };
    member.publish(nextDocument(member.first, { anchors }));
    member.answer('/state', member.stateText({ anchors: anchorsHash([certificateOf(other).der]) }));
    await member.follower.refresh();
    expect(refused().map(({ reason }) => reason)).toEqual(['signer-refused']);
    expect(member.version()).toBe(1);
    expect(member.state.roots.map(({ subject }) => subject.toString())).toEqual(['CN=Contoso Root']);
  });

  it('refuses a topology that is newer than its own and older than the state says', async () => {
    const second = member.next();
    const third = nextDocument(second, { title: 'third' });
    member.publish(second);
    member.names(third);
    await member.follower.refresh();
    expect(member.version()).toBe(1);
    expect(member.lines.map(({ event, reason }) => [event, reason])).toContainEqual([
      'topology-refused',
      'stale',
    ]);
  });

  it('asks for nothing else while the state names what it has', async () => {
    await member.follower.refresh();
    member.asked.length = 0;
    await member.follower.refresh();
    expect(member.asked.sort()).toEqual(['/domain-keys', '/standing', '/state']);
  });

  it('says how it stands, and goes on where nobody wants to hear it', async () => {
    const { trustState } = member.state.lastKnown;
    expect(parseMemberStanding(member.reported.at(-1) ?? '')).toMatchObject({
      topology: 1,
      state: trustState?.sequence,
      lists: [{ shard: 0, number: 1 }],
      formats: ['entente-topology/1', 'entente-trust-state/1'],
    });
    member.answer('/standing', (_, response) => void response.writeHead(500).end());
    await member.follower.refresh();
    expect(member.lines.at(-1)?.event).toBe('standing-not-sent');
    expect(member.state.lastKnown.trustState?.sequence).toBeGreaterThan(trustState?.sequence ?? 0);
  });

  it('says how it stands also where it refuses what is older than what it has, so that the authority learns of it', async () => {
    member.publish(member.next());
    await member.follower.refresh();
    const accepted = member.state.lastKnown.trustState?.sequence;
    member.reported.length = 0;
    // The authority was restored from a backup of before.
    member.names(member.first);
    await member.follower.refresh();
    expect(member.lines.some(({ reason }) => reason === 'lower-version')).toBe(true);
    expect(member.reported.map(parseMemberStanding)).toMatchObject([
      { topology: 2, state: accepted, lists: [{ shard: 0, number: 1 }], refused: 'lower-version' },
    ]);
  });

  it('says what is wrong with it, and once that nothing is any more', async () => {
    const wrong = { part: 'external-certificate', message: 'it ends soon', remedy: 'replace it' };
    let problems = [wrong];
    const said = () =>
      member.reported
        .splice(0)
        .map(parseMemberProblems)
        .filter((one) => one !== undefined);
    await member.follower.refresh();
    expect(said(), 'nobody has said what is wrong').toEqual([]);
    member.follower.problems.source = () => problems;
    await member.follower.refresh();
    await member.follower.refresh();
    expect(said()).toEqual([[wrong], [wrong]]);
    problems = [];
    await member.follower.refresh();
    await member.follower.refresh();
    expect(said()).toEqual([[]]);
  });

  it('says how it stands as before where an authority of an earlier release refuses what is wrong with it', async () => {
    member.follower.problems.source = () => [{ part: 'files', message: 'full', remedy: 'make room' }];
    const standings: string[] = [];
    member.answer('/standing', (request, response) => {
      request.setEncoding('utf8').once('data', (text: string) => {
        const isKnown = parseMemberStanding(text) !== undefined;
        if (isKnown) standings.push(text);
        response.writeHead(isKnown ? 204 : 400).end();
      });
    });
    await member.follower.refresh();
    await member.follower.refresh();
    expect(standings).toHaveLength(2);
    expect(member.lines.filter(({ event }) => event === 'standing-not-sent')).toHaveLength(2);
    expect(member.follower.refusal).toBeUndefined();
  });

  it('says which list it has, also where the authority names an older one: it went back', async () => {
    const newer = await listOf(member.root, { number: 5 });
    member.namesList(newer);
    await member.follower.refresh();
    member.namesList(await listOf(member.root, { number: 3 }));
    member.reported.length = 0;
    await member.follower.refresh();
    expect(member.reported.map(parseMemberStanding)).toMatchObject([{ lists: [{ shard: 0, number: 5 }] }]);
    // The next number is one that the member has, with other content.
    member.namesList(await listOf(member.root, { number: 5, revoked: ['0a'] }));
    await member.follower.refresh();
    expect(parseMemberStanding(member.reported.at(-1) ?? '')).toMatchObject({
      lists: [{ shard: 0, number: 5 }],
      refused: 'list-refused',
    });
    member.namesList(await listOf(member.root, { number: 6 }));
    await member.follower.refresh();
    expect(parseMemberStanding(member.reported.at(-1) ?? '')?.refused).toBeUndefined();
  });

  it('believes a signed time that it has written, and none that was ahead of the clock already then', async () => {
    const now = Date.now();
    await using back = await startMember({ latestSigned: now + hour, confirmedAt: now + hour });
    expect(back.state.latestSigned, 'the clock was set back').toBe(now + hour);
    await using poisoned = await startMember({ latestSigned: now + 1_000 * hour, confirmedAt: now - hour });
    expect(poisoned.state.latestSigned).toBe(now - hour);
  });

  describe('and hears events', () => {
    let stream: ServerResponse;
    beforeEach(async () => {
      const opened = new Promise<ServerResponse>((resolve) => {
        member.answer('/events', (_, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.flushHeaders();
          resolve(response);
        });
      });
      await member.follower.start();
      stream = await opened;
      await member.follower.refresh();
      member.asked.length = 0;
    });
    const tell = (data: object) => stream.write(`event: state\ndata: ${JSON.stringify(data)}\n\n`);
    const sequence = () => member.state.lastKnown.trustState?.sequence ?? 0;

    it('accepts a state that comes as one, and asks for nothing that it has', async () => {
      const before = sequence();
      tell({ sequence: before + 1, state: member.stateText() });
      await expect.poll(sequence).toBeGreaterThan(before);
      expect(member.asked).toEqual([]);
    });

    it('asks for a state that is too long for an event', async () => {
      const before = sequence();
      tell({ sequence: before + 1 });
      await expect.poll(sequence).toBeGreaterThan(before);
      expect(member.asked).toContain('/state');
    });

    it('refuses a bad one as any other', async () => {
      const before = sequence();
      tell({ sequence: before + 1, state: member.stateText({ network: 'fabrikam.example' }) });
      await expect.poll(refused).toHaveLength(1);
      expect(sequence()).toBe(before);
    });
  });
});
