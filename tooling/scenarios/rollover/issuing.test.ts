import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { issuerFiles } from '@entente/pki/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusedConnections, Timeline } from './timeline.ts';

const hour = 3_600_000;
const day = 24 * hour;
const ceremony = Date.UTC(2026, 0, 5);
/** Issuing authorities live two years, and hand over at two thirds of that. */
const handOver = ceremony + (2 * 730 * day) / 3;
/** It is off while the next issuing authority is prepared, takes over, and certifies all others, for as long as its certificate lets it. */
const sleeper = 'fe2.fabrikam.example';

describe('one issuing authority follows the other under load, in two organisations at once', () => {
  let timeline: Timeline;
  let hangUp: (() => Promise<number>) | undefined;
  /** Status of the BYE of a call that began before the successor took over. */
  let ended: number | undefined;
  let sleeperIssuerBefore: string | undefined;
  let sleeperEnds = 0;

  const organisations = () => [timeline.federation.contoso, timeline.federation.fabrikam];
  const stages = (step: string) => timeline.logged('issuer-stage').filter((line) => line.step === step);
  const leafOf = (fqdn: string) =>
    organisations().flatMap(({ members }) => members.get(fqdn) ?? [])[0]?.identity.current.leaf;
  const issuerOf = (fqdn: string) => leafOf(fqdn)?.issuer.toString() ?? '';
  const running = () => organisations().flatMap(({ members }) => [...members.keys()]);

  beforeAll(async () => {
    timeline = await Timeline.start({ ceremony, start: handOver - 18 * hour });
    const { fabrikam } = timeline.federation;
    await timeline.pass(4 * hour);
    sleeperIssuerBefore = issuerOf(sleeper);
    sleeperEnds = leafOf(sleeper)?.notAfter ?? 0;
    await fabrikam.stop(sleeper);
    await timeline.pass(4 * hour);
    // Prepare: the yearly visit to the root, late.
    for (const { root } of organisations()) await root.visit(timeline.now);
    await timeline.passUntil('both are prepared', () => timeline.logged('root-answer').length === 2, day);
    // Activate: by itself, while a call is up.
    hangUp = await timeline.phones.get('alice')?.longCall('sip:bob@contoso.example');
    await timeline.passUntil('both take over', () => stages('activate').length === 2, 2 * day);
    ended = await hangUp?.();
    await timeline.passUntil(
      'every server that runs is certified by the next one',
      () => running().every((fqdn) => issuerOf(fqdn).includes('Issuing CA 2')),
      5 * day,
    );
    // The old one retires when the last certificate of it has ended, which is the sleeper's.
    await timeline.pass(sleeperEnds - 8 * hour - timeline.now);
    expect(stages('destroy-key')).toEqual([]);
    await fabrikam.run(sleeper);
    await timeline.passUntil(
      'the server that was off renews',
      () => issuerOf(sleeper).includes('Issuing CA 2'),
      2 * day,
      hour / 6,
    );
    // Its connections are dialled again, and those before are closed: its own soon, and those that others dialled when a quarter of the time
    // is left. In one long step that time would end while they dial.
    for (let i = 0; i < 3; i++) await timeline.pass(hour / 6);
    await timeline.passUntil(
      'the certificate that it came back with ends',
      () => timeline.now > sleeperEnds,
      day,
      hour,
    );
    // Retire: when the last certificate of the old one has ended.
    await timeline.passUntil('both retire', () => stages('destroy-key').length === 2, 15 * day);
    await timeline.pass(day);
    await timeline.traffic[Symbol.asyncDispose]();
  }, 1_200_000);
  afterAll(async () => timeline?.[Symbol.asyncDispose]());

  it('fails no transaction of those that go on all the time', () => {
    expect(timeline.traffic.failures).toEqual([]);
    expect(timeline.traffic.succeeded).toBeGreaterThan(1_000);
  });

  it('leaves a call up that began before', () => {
    expect(ended).toBe(200);
  });

  it('ends with certificates of the next one on every server, inside and outside', async () => {
    for (const fqdn of running()) expect(issuerOf(fqdn), fqdn).toContain('Issuing CA 2');
    for (const { members, prepared } of organisations()) {
      const external = await members.get(prepared.organisation.edge.fqdn)?.externalIdentity();
      expect(external?.current.leaf.issuer.toString()).toContain('Issuing CA 2');
    }
  });

  it('brings back a server that was off from before to after, with nothing but its folder', () => {
    expect(sleeperIssuerBefore).toContain('Issuing CA 1');
    expect(running()).toContain(sleeper);
    expect(timeline.logged('joined').filter(({ from }) => from === sleeper)).toHaveLength(1);
  });

  it('destroys the keys of the old ones', async () => {
    for (const { prepared } of organisations())
      await expect(stat(join(prepared.authorityDirectory, issuerFiles(1).key))).rejects.toThrow('ENOENT');
  });

  it('refuses no connection, and reports no fault', () => {
    expect(refusedConnections(timeline)).toEqual([]);
    expect(timeline.faults()).toEqual([]);
  });
});
