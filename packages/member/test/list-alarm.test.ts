import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import { type CertificateList, decodeCrl, decodePem, issuingDistributionPointExtension } from '@entente/x509';
import { beforeEach, describe, expect, it } from 'vitest';
import { ListAlarm } from '../src/follow/list-alarm.ts';
import { certificateOf, firstDocument, hour, listOf } from './sample-domain.ts';
import { nameList, stateOf } from './sample-states.ts';

const from = 'http://ca.contoso.example/crl/0.crl';

describe('a list of our authority that is seen elsewhere', () => {
  let ours: TestAuthority;
  let lines: { level: string; fields: object }[];
  let alarm: ListAlarm;
  let sequence: number;
  beforeEach(async () => {
    ours = await createTestAuthority('Contoso Root');
    lines = [];
    sequence = 0;
    alarm = new ListAlarm({
      log: createTestLog(({ fields, level }) => void lines.push({ level, fields })),
    });
  });
  /** A trust state that names this list is accepted. */
  const know = (list: CertificateList, at = ++sequence) =>
    alarm.know(stateOf(firstDocument(), [nameList(ours, list)], { sequence: at }), [certificateOf(ours)]);
  const told = () => lines.map(({ fields }) => (fields as { reason?: string }).reason);

  it('is an alarm where it has the number of the named one and other content, once', async () => {
    const named = await listOf(ours, { number: 7 });
    know(named);
    const other = await listOf(ours, { number: 7, revoked: ['0a'] });
    alarm.see(other, from);
    alarm.see(other, from);
    know(named);
    expect(lines).toEqual([
      {
        level: 'error',
        fields: {
          event: 'revocation-list-differs',
          reason: 'forked',
          peer: from,
          issuer: nameList(ours, named).issuer,
          number: 7,
          sha256: nameList(ours, other).sha256,
          named: { number: 7, sha256: nameList(ours, named).sha256 },
          remedy: expect.stringMatching(/entente ca rollover/),
        },
      },
    ]);
    alarm.see(await listOf(ours, { number: 7, revoked: ['0b'] }), from);
    expect(told(), 'another list, another line').toEqual(['forked', 'forked']);
  });

  it('is an alarm where it has a higher number that two later states do not know', async () => {
    const [named, newer] = [await listOf(ours, { number: 7 }), await listOf(ours, { number: 8 })];
    know(named);
    alarm.see(newer, from);
    know(named);
    // The same state again says nothing new.
    know(named, sequence);
    expect(told()).toEqual([]);
    know(named);
    know(named);
    expect(told()).toEqual(['unknown-number']);
  });

  it('is none where a state that follows names it, or a newer one', async () => {
    know(await listOf(ours, { number: 7 }));
    const [eight, nine] = [await listOf(ours, { number: 8 }), await listOf(ours, { number: 9 })];
    alarm.see(eight, from);
    know(eight);
    alarm.see(nine, from);
    know(await listOf(ours, { number: 10 }));
    for (let states = 0; states < 3; states++) know(await listOf(ours, { number: 10 + states }));
    expect(told()).toEqual([]);
  });

  it('is an alarm where a state that follows names another list under its number', async () => {
    know(await listOf(ours, { number: 7 }));
    alarm.see(await listOf(ours, { number: 8, revoked: ['0a'] }), from);
    know(await listOf(ours, { number: 8 }));
    expect(told()).toEqual(['forked']);
  });

  it('is an alarm too where it was seen before the first state', async () => {
    alarm.see(await listOf(ours, { number: 7, revoked: ['0a'] }), from);
    expect(told()).toEqual([]);
    know(await listOf(ours, { number: 7 }));
    expect(told()).toEqual(['forked']);
  });

  it('is none where it is the named one, or older: caches keep old lists', async () => {
    const old = await listOf(ours, { number: 6, thisUpdate: Date.now() - hour });
    const named = await listOf(ours, { number: 7 });
    know(named);
    for (const list of [old, named]) alarm.see(list, from);
    for (let states = 0; states < 3; states++) know(named);
    expect(told()).toEqual([]);
  });

  it('is none where somebody else has signed it, or it covers other certificates', async () => {
    know(await listOf(ours, { number: 7 }));
    const forger = await createTestAuthority('Contoso Root');
    alarm.see(await listOf(forger, { number: 99 }), from);
    const names = [{ type: 'uri' as const, value: 'http://ca.contoso.example/crl/0123456789abcdef/5.crl' }];
    const extensions = [issuingDistributionPointExtension({ name: { type: 'full', names } })];
    const blocks = decodePem(await ours.crl([], { number: 99, extensions }));
    const shard = decodeCrl(blocks.ok ? (blocks.value[0]?.der ?? new Uint8Array()) : new Uint8Array());
    if (!shard.ok) throw new Error(shard.error.message);
    alarm.see(shard.value, from);
    for (let states = 0; states < 3; states++) know(await listOf(ours, { number: 7 + states }));
    expect(told()).toEqual([]);
  });
});
