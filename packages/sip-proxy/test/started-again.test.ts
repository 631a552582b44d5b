import { type Registration, register } from '@entente/sip-proxy';
import type { Binding } from '@entente/sip-proxy/locations';
import { describe, expect, it } from 'vitest';
import { alice, now } from './fixtures.ts';
import { accepted, context, registerRequest, stored } from './registering.ts';

function refused(result: Registration) {
  if (result.ok) throw new Error('expected a refusal');
  return result.refusal;
}

describe('a device that has started again', () => {
  const started = (address: number, callId: string, current: readonly Binding[] = []) =>
    stored(
      registerRequest({ Contact: `<sip:a@192.0.2.${address}>;+sip.instance="<urn:uuid:1>"` }, 1, callId),
      current,
    );

  it('replaces its earlier binding: twenty starts leave one', () => {
    let bindings: readonly Binding[] = [];
    for (let start = 1; start <= 20; start++) bindings = started(start, `start-${start}@x`, bindings);
    expect(bindings.map(({ uri }) => uri)).toEqual(['sip:a@192.0.2.20']);
  });

  it('replaces it behind an edge too: the Path of each start is a new one, and forty leave one', () => {
    let bindings: readonly Binding[] = [];
    for (let start = 1; start <= 40; start++)
      bindings = stored(
        registerRequest(
          {
            Contact: '<sip:a@client.invalid>;+sip.instance="<urn:uuid:1>"',
            Path: `<sip:start${start}@edge1.contoso.example;lr;ob>`,
          },
          1,
          `start-${start}@x`,
        ),
        bindings,
      );
    expect(bindings.map(({ path }) => path)).toEqual([['<sip:start40@edge1.contoso.example;lr;ob>']]);
  });

  it('replaces it where it has connected again and keeps its Call-ID: twenty connections leave one', () => {
    let bindings: readonly Binding[] = [];
    for (let cseq = 1; cseq <= 20; cseq++)
      bindings = stored(
        registerRequest(
          {
            Contact: `<sip:a@192.0.2.1:${40_000 + cseq}>;+sip.instance="<urn:uuid:1>"`,
            Path: `<sip:t${cseq}@edge1.contoso.example;lr;ob>`,
          },
          cseq,
        ),
        bindings,
      );
    expect(bindings.map(({ uri }) => uri)).toEqual(['sip:a@192.0.2.1:40020']);
  });

  it('keeps both of its contacts when it refreshes them, and removes the one that it names alone', () => {
    const contact = (port: number, expires = 600) =>
      `<sip:a@192.0.2.1:${port}>;+sip.instance="<urn:uuid:1>";expires=${expires}`;
    const ports = (bindings: readonly Binding[]) => bindings.map(({ uri }) => uri.slice(-2));
    let bindings = stored(registerRequest({ Contact: [contact(5061), contact(5062)] }));
    bindings = stored(registerRequest({ Contact: [contact(5062), contact(5061)] }, 2), bindings);
    expect(ports(bindings)).toEqual(['62', '61']);
    bindings = stored(registerRequest({ Contact: contact(5061, 0) }, 3), bindings);
    expect(ports(bindings)).toEqual(['62']);
    bindings = stored(registerRequest({ Contact: contact(5063, 0) }, 4), bindings);
    expect(ports(bindings)).toEqual(['62']);
  });

  const phone = (
    port: number,
    cseq: number,
    current: readonly Binding[] = [],
    further: readonly string[] = [],
  ) =>
    register(
      registerRequest(
        { Contact: [`<sip:a@192.0.2.1:${port}>;+sip.instance="<urn:uuid:1>"`, ...further] },
        cseq,
        'kept@x',
      ),
      alice,
      current,
      context,
    );

  it.each([
    ['lower', 1],
    ['equal', 7],
    ['higher', 8],
  ])('replaces it where it keeps its Call-ID, has another port and a %s CSeq', (_, cseq) => {
    const { bindings } = accepted(phone(5061, 7));
    expect(accepted(phone(5062, cseq, bindings)).bindings.map(({ uri }) => uri)).toEqual([
      'sip:a@192.0.2.1:5062',
    ]);
  });

  it('is refused where an older REGISTER comes late with the contact that it has, also after one that is new', () => {
    const { bindings } = accepted(phone(5061, 7));
    const contact = '<sip:a@192.0.2.1:5061>;+sip.instance="<urn:uuid:1>"';
    for (const late of [phone(5061, 6, bindings), phone(5060, 6, bindings, [contact])])
      expect(refused(late)).toMatchObject({ status: 500, reason: 'registration-out-of-order' });
  });

  describe('and an older REGISTER of the same start comes late with another contact', () => {
    const { bindings } = accepted(phone(5061, 7));
    const comes = (afterMs: number, challengedAt: number | undefined, cseq = 6) =>
      register(
        registerRequest({ Contact: '<sip:a@192.0.2.1:5060>;+sip.instance="<urn:uuid:1>"' }, cseq, 'kept@x'),
        alice,
        bindings,
        { ...context, now: now + afterMs, challengedAt },
      );
    const ports = (result: Registration) => accepted(result).bindings.map(({ uri }) => uri.slice(-4));

    it.each([0, 5_000, 63_999])(
      'is refused where it answers a challenge from before the newer one, %i ms after that',
      (afterMs) => {
        const refusal = refused(comes(afterMs, now - 1));
        expect(refusal).toMatchObject({ status: 500, reason: 'registration-out-of-order' });
      },
    );

    it.each<[string, Parameters<typeof comes>]>([
      ['answers a challenge that was made since: the device has started again', [2_000, now]],
      ['comes when no hop waits for its answer any more', [64_000, now - 1]],
      ['comes behind one of a server whose clock is ahead', [-300_000, now - 300_000]],
      ['has the CSeq of the newer one', [2_000, now - 1, 7]],
      ['is vouched for by a server that does not say when it was challenged', [2_000, undefined]],
    ])('replaces the newer one where it %s', (_, asked) => {
      expect(ports(comes(...asked))).toEqual(['5060']);
    });
  });

  it('keeps its present contact where it removes what an earlier start had bound, and removes what it names', () => {
    const earlier = started(1, 'start-1@x');
    const present = started(2, 'start-2@x', earlier);
    const removes = (address: number, callId: string) =>
      stored(
        registerRequest(
          { Contact: `<sip:a@192.0.2.${address}>;+sip.instance="<urn:uuid:1>";expires=0` },
          1,
          callId,
        ),
        present,
      ).map(({ uri }) => uri);
    for (const callId of ['start-1@x', 'start-3@x']) expect(removes(1, callId)).toEqual(['sip:a@192.0.2.2']);
    expect(removes(2, 'start-3@x')).toEqual([]);
  });

  it('keeps the contact that it names beside a new one, in whatever order, and replaces the third', () => {
    const contact = (port: number) => `<sip:a@192.0.2.1:${port}>;+sip.instance="<urn:uuid:1>"`;
    const { bindings } = accepted(phone(5061, 7, [], [contact(5062)]));
    const next = accepted(phone(5063, 8, bindings, [contact(5061)]));
    expect(next.bindings.map(({ uri }) => uri.slice(-4))).toEqual(['5063', '5061']);
    const moved = accepted(phone(5065, 9, next.bindings, [`${contact(5063)};expires=0`]));
    expect(moved.bindings.map(({ uri }) => uri.slice(-4))).toEqual(['5065']);
    const elsewhere = stored(
      registerRequest({ Contact: [contact(5061), contact(5064)] }, 1, 'next@x'),
      next.bindings,
    );
    expect(elsewhere.map(({ uri }) => uri.slice(-4))).toEqual(['5061', '5064']);
  });

  it('replaces no binding of another device, and none of its own start', () => {
    const contacts = [
      '<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1>"',
      '<sip:a@192.0.2.2>;+sip.instance="<urn:uuid:1>"',
    ];
    const both = stored(registerRequest({ Contact: contacts }, 1, 'one@x'));
    expect(both).toHaveLength(2);
    const other = stored(
      registerRequest({ Contact: '<sip:a@192.0.2.3>;+sip.instance="<urn:uuid:2>"' }, 1, 'two@x'),
      both,
    );
    expect(other).toHaveLength(3);
  });
});
