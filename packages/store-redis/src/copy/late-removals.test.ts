import type { Binding } from '@entente/sip-proxy/locations';
import { expect, it } from 'vitest';
import { LateRemovals } from './late-removals.ts';

const aor = 'alice@contoso.example';
const binding = (uri: string, updatedAt = 1_000, flow?: string): Binding => ({
  aor,
  uri,
  q: 1,
  expiresAt: 9_000,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt,
  ...(flow === undefined ? {} : { flow }),
});
const [one, other] = [binding('sip:one@192.0.2.1'), binding('sip:other@192.0.2.1', 1_000, 'f1')];
const is =
  (uri: string) =>
  (found: Binding): boolean =>
    found.uri === uri;

it('leaves out what is to go, and what is registered later counts', () => {
  const late = new LateRemovals();
  expect(late.left(aor, [one, other])).toEqual([one, other]);
  late.addUser(aor, is(one.uri), [one, other], 2_000);
  const again = binding(one.uri, 3_000);
  expect(late.left(aor, [one, other, again])).toEqual([other, again]);
  late.addFlow('f1');
  expect(late.left(aor, [one, other, again])).toEqual([again]);
});

it('keeps what was added while what had been there before went', () => {
  const late = new LateRemovals();
  late.addUser(aor, is(one.uri), [one, other], 2_000);
  const [[, first]] = late.users() as [readonly [string, (found: Binding) => boolean]];
  late.addUser(aor, is(other.uri), [one, other], 2_000);
  late.doneUser(aor, first);
  expect(late.left(aor, [one, other])).toEqual([]);
  late.doneUser(aor, late.users()[0]![1]);
  expect(late.isEmpty).toBe(true);
});

it('takes no more for what is asked for again and again', () => {
  const late = new LateRemovals();
  for (let i = 0; i < 50_000; i++) late.addUser(aor, is(one.uri), [one, other], 2_000);
  expect(late.left(aor, [one, other])).toEqual([other]);
});

it('takes what is meant of a user of whom nothing is known', () => {
  const late = new LateRemovals();
  late.addUser(aor, is(one.uri), [], 2_000);
  late.addUser(aor, is(other.uri), [], 2_000);
  expect(late.left(aor, [one, other])).toEqual([]);
});
