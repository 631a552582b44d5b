import { anchorOf } from '@entente/testkit/parts';
import type { EnterpriseAnchorReference } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusedConnectionsBut, Timeline } from './timeline.ts';

const hour = 3_600_000;
const day = 24 * hour;
const tenMinutes = hour / 6;
/** Within which every server renews, at a moment of its own: what the page on operations says. */
const halfWeek = 3.5 * day;
const ceremony = Date.UTC(2026, 0, 5);
/** It is off from before the next root is prepared until after the first one is retired. */
const sleeper = 'fe2.fabrikam.example';

describe('one root follows the other under load, while a partner goes on', () => {
  let timeline: Timeline;
  let ended: number | undefined;
  const back = { since: 0, renewed: 0 };

  const own = () => timeline.federation.fabrikam;
  const issuerOf = (fqdn: string) => own().members.get(fqdn)?.identity.current.leaf.issuer.toString() ?? '';
  const running = () => [...own().members.keys()];
  const isMoved = () => running().every((fqdn) => issuerOf(fqdn).includes('Issuing CA 2'));
  const listed = (number: number, stage?: EnterpriseAnchorReference['stage']): EnterpriseAnchorReference => ({
    ...anchorOf(`root ${number}`, own().root.certificate(number)),
    ...(stage === undefined ? {} : { stage }),
  });
  const list = (enterprise: readonly EnterpriseAnchorReference[], leaveBehind = false) =>
    own().publish({ anchors: { ...own().topology.anchors, enterprise } }, leaveBehind);
  const logged = (event: string) =>
    timeline.logged(event).filter(({ from }) => from === 'ca.fabrikam.example');

  beforeAll(async () => {
    timeline = await Timeline.start({ ceremony, start: ceremony + 100 * day });
    const { contoso, fabrikam } = timeline.federation;
    await timeline.pass(4 * hour);
    await fabrikam.stop(sleeper);
    // Prepare, and tell the partner, whose administrators list both.
    await fabrikam.root.prepare(timeline.now);
    await timeline.passUntil('the next root is recorded', () => logged('root-answer').length === 1, day);
    await list([listed(1), listed(2, 'prepared')]);
    const anchors = [1, 2].map((number) => anchorOf(`root ${number}`, fabrikam.root.certificate(number)));
    await contoso.publish({
      partners: (contoso.topology.partners ?? []).map((partner) =>
        partner.kind === 'allowed-domain' ? { ...partner, anchors } : partner,
      ),
    });
    await timeline.pass(hour);
    // Activate, while a call between the two is up.
    const hangUp = await timeline.phones.get('partner')?.longCall('sip:alice@contoso.example');
    await list([listed(1), listed(2)]);
    await timeline.pass(hour);
    await fabrikam.root.visit(timeline.now, 2);
    await timeline.passUntil(
      'an issuing authority below the next root takes over',
      () => logged('issuer-stage').some(({ step }) => step === 'activate'),
      day,
    );
    ended = await hangUp?.();
    // Taint: every server renews.
    await list([listed(1, 'tainted'), listed(2)]);
    await timeline.passUntil('every server that runs is below the next root', isMoved, halfWeek);
    // Servers dial each other again every day: after that no connection shows a certificate below the first root alone.
    await timeline.pass(28 * hour);
    // Retire.
    await list([listed(2)], true);
    await timeline.pass(4 * hour);
    back.since = timeline.now;
    await fabrikam.run(sleeper);
    await timeline.passUntil('the server that was off is below the next root', isMoved, halfWeek, tenMinutes);
    back.renewed = timeline.now;
    await timeline.pass(day);
    await timeline.traffic[Symbol.asyncDispose]();
  }, 1_200_000);
  afterAll(async () => timeline?.[Symbol.asyncDispose]());

  it('fails no transaction of those that go on all the time', () => {
    expect(timeline.traffic.failures).toEqual([]);
    expect(timeline.traffic.succeeded).toBeGreaterThan(500);
  });

  it('leaves a call up that began before', () => {
    expect(ended).toBe(200);
  });

  it('ends with certificates below the next root on every server, and with that root alone', () => {
    for (const [fqdn, member] of own().members) {
      expect(issuerOf(fqdn), fqdn).toContain('Issuing CA 2');
      const roots = member.roots.map(({ der }) => Buffer.from(der).toString('hex'));
      expect(roots, fqdn).toEqual([Buffer.from(own().root.certificate(2)).toString('hex')]);
    }
  });

  it('brings back a server that was off from before to after, with nothing but its folder', () => {
    expect(running()).toContain(sleeper);
    expect(timeline.logged('joined').filter(({ from }) => from === sleeper)).toHaveLength(1);
  });

  it('refuses no connection but of the server that comes back, until it has renewed, and reports no fault', () => {
    expect(refusedConnectionsBut(timeline, sleeper, back)).toEqual([]);
    expect(back.renewed - back.since, 'minutes, not hours').toBeLessThanOrEqual(hour);
    expect(timeline.faults()).toEqual([]);
  });
});
