import { describe, expect, it } from 'vitest';
import { defaultOverloadRules, OverloadControl, type RequestUrgency } from './overload-control.ts';

const { holdMs, intervalMs, newMs, spreadMs, targetMs } = defaultOverloadRules;
const late = targetMs + 1;
const urgencies: readonly RequestUrgency[] = ['in-dialog', 'new', 'first-registration', 'refresh'];

/** Overloaded; its turn began at 10,000. */
function overloaded(leastNewPerTurn = 0, worked?: () => number) {
  const control = new OverloadControl({ ...defaultOverloadRules, leastNewPerTurn }, worked);
  for (let now = 10_000 - intervalMs; now <= 10_000; now += 50) control.turn(late, 0, now);
  return control;
}

const admitted = (control: OverloadControl, now: number, peer = 'alice@contoso.example') =>
  urgencies.filter((urgency) => control.admits({ urgency, peer }, now));

/** Has one peer send so much, and two others little. */
function flood(control: OverloadControl, now: number) {
  for (const peer of ['bob@contoso.example', 'carol@contoso.example'])
    control.admits({ urgency: 'new', peer }, now);
  for (let i = 0; i < 200; i++) control.admits({ urgency: 'new', peer: 'mallory@contoso.example' }, now);
}

describe('a server', () => {
  it('is overloaded once what arrives has waited too long for an interval', () => {
    const control = new OverloadControl();
    control.turn(late, 0, 0);
    control.turn(late, 0, intervalMs - 1);
    expect(control.isOverloaded).toBe(false);
    control.turn(late, 0, intervalMs);
    expect(control.isOverloaded).toBe(true);
    expect(control.overloads).toBe(1);
  });

  it('is not where much comes at once, and is read within the interval', () => {
    const control = new OverloadControl();
    control.turn(10 * targetMs, 0, 0);
    control.turn(targetMs, 0, intervalMs / 2);
    control.turn(10 * targetMs, 0, intervalMs);
    expect(control.isOverloaded).toBe(false);
  });

  it('is not where its loop has slept between two delays: nothing was left to read then', () => {
    const control = new OverloadControl();
    control.turn(late, 0, 0);
    control.turn(late, 5, intervalMs);
    control.turn(late, 5, 2 * intervalMs);
    expect(control.isOverloaded).toBe(false);
  });

  it('is within a turn that lasts so long that what comes meanwhile waits too long, and not one that lasts less', () => {
    const control = new OverloadControl();
    control.turn(1, 5, 0);
    control.goesOn(targetMs + intervalMs - 1);
    expect(control.isOverloaded).toBe(false);
    control.goesOn(targetMs + intervalMs);
    expect(control.isOverloaded).toBe(true);
    expect(admitted(control, targetMs + intervalMs)).toEqual(['in-dialog', 'new']);
    control.goesOn(10 * intervalMs);
    expect(control.overloads).toBe(1);
  });

  it('is within a turn where those before it were late already', () => {
    const control = new OverloadControl();
    control.turn(late, 0, 0);
    control.turn(late, 0, intervalMs - targetMs / 2);
    control.goesOn(intervalMs);
    expect(control.isOverloaded, 'this turn has been short so far').toBe(false);
    control.goesOn(intervalMs + targetMs);
    expect(control.isOverloaded).toBe(true);
  });

  it('is no longer once the delay is short and nothing was refused for a while', () => {
    const control = overloaded();
    expect(control.admits({ urgency: 'new', peer: 'a' }, 10_000 + 2 * targetMs)).toBe(false);
    expect(control.refusals).toEqual({ 'in-dialog': 0, new: 1, 'first-registration': 0, refresh: 0 });
    control.turn(1, 0, 10_200);
    expect(control.isOverloaded, 'a refusal was a moment ago').toBe(true);
    control.turn(1, 0, 10_000 + 2 * targetMs + holdMs);
    expect(control.isOverloaded).toBe(false);
    control.turn(late, 0, 30_000);
    expect(control.isOverloaded, 'one delay begins no overload').toBe(false);
  });
});

describe('an overloaded server', () => {
  it('takes everything at the beginning of a turn', () => {
    expect(admitted(overloaded(), 10_000)).toEqual(urgencies);
  });

  it('refuses registrations that are in force first, then other registrations, then what is new, and nothing in dialogs', () => {
    const control = overloaded();
    expect(admitted(control, 10_000 + 0.4 * newMs)).toEqual(['in-dialog', 'new', 'first-registration']);
    expect(admitted(control, 10_000 + 0.9 * newMs)).toEqual(['in-dialog', 'new']);
    expect(admitted(control, 10_000 + 1.1 * newMs)).toEqual(['in-dialog']);
    expect(admitted(control, 10_000 + 100 * targetMs)).toEqual(['in-dialog']);
  });

  it('takes again what is new when the next turn begins', () => {
    const control = overloaded();
    expect(control.admits({ urgency: 'new', peer: 'a' }, 10_000 + 2 * targetMs)).toBe(false);
    control.turn(2 * targetMs, 0, 10_100);
    expect(control.admits({ urgency: 'new', peer: 'a' }, 10_100 + newMs / 2)).toBe(true);
  });

  it('takes a few new requests of modest peers in each turn, however long it has lasted', () => {
    const control = overloaded(2);
    const late = (peer: string) => control.admits({ urgency: 'new', peer }, 10_000 + 10 * targetMs);
    expect(['a', 'b', 'c'].map(late)).toEqual([true, true, false]);
    control.turn(late('d') ? 0 : 2 * targetMs, 0, 20_000);
    expect(control.admits({ urgency: 'new', peer: 'e' }, 20_000 + 10 * targetMs)).toBe(true);
    expect(control.admits({ urgency: 'refresh', peer: 'e' }, 20_000 + 10 * targetMs)).toBe(false);
  });

  it('keeps these few for others than one that goes on sending more than they do', () => {
    const control = overloaded(2);
    flood(control, 10_000 + 10 * targetMs);
    control.turn(2 * targetMs, 0, 12_500);
    const inTurn = (peer: string) => control.admits({ urgency: 'new', peer }, 12_500 + 2 * newMs);
    const flooded = [1, 2, 3].map(() => inTurn('mallory@contoso.example'));
    expect([...flooded, inTurn('dave@contoso.example')]).toEqual([false, false, false, true]);
  });

  it('takes nothing from the time for new work for what the loop has done before it came to read, handshakes for instance', () => {
    const control = overloaded();
    control.reads(10_000 + 10 * targetMs);
    expect(admitted(control, 10_000 + 10 * targetMs + 0.9 * newMs)).toEqual(['in-dialog', 'new']);
    expect(admitted(control, 10_000 + 10 * targetMs + 1.1 * newMs)).toEqual(['in-dialog']);
  });

  it('takes nothing from it either for what other programs have of the processor', () => {
    let worked = 70_000;
    const control = overloaded(0, () => worked);
    control.turn(late, 0, 20_000);
    worked += 0.9 * newMs;
    expect(admitted(control, 20_000 + 10 * newMs)).toEqual(['in-dialog', 'new']);
    worked += 0.2 * newMs;
    expect(admitted(control, 20_000 + 10 * newMs)).toEqual(['in-dialog']);
    worked += 100 * newMs;
    control.reads(30_000);
    worked += 0.4 * newMs;
    expect(admitted(control, 30_000 + 10 * newMs)).toEqual(['in-dialog', 'new', 'first-registration']);
    expect(admitted(control, 30_000 + 0.1 * newMs), 'nor what others work for this process').toEqual(
      urgencies,
    );
  });

  it('counts by the clock in the turn in which it finds that it is overloaded', () => {
    const control = new OverloadControl({ ...defaultOverloadRules, leastNewPerTurn: 0 }, () => 0);
    control.turn(1, 5, 0);
    control.goesOn(targetMs + intervalMs);
    expect(admitted(control, targetMs + intervalMs)).toEqual(['in-dialog']);
    control.reads(targetMs + intervalMs);
    expect(admitted(control, targetMs + intervalMs + 2 * newMs)).toEqual(urgencies);
  });

  it('refuses a peer that sends more than others before them, also in dialogs', () => {
    const control = overloaded();
    flood(control, 10_000);
    const new_ = (peer: string, part: number) =>
      control.admits({ urgency: 'new', peer }, 10_000 + part * newMs);
    expect(new_('mallory@contoso.example', 0.6)).toBe(false);
    expect(new_('bob@contoso.example', 0.6)).toBe(true);
    flood(control, 10_000 + 4 * targetMs);
    const inDialog = (peer: string) =>
      control.admits({ urgency: 'in-dialog', peer }, 10_000 + 4.1 * targetMs);
    expect(inDialog('mallory@contoso.example')).toBe(false);
    expect(inDialog('bob@contoso.example')).toBe(true);
  });

  it('has clients register for a part of the time, also for a while afterwards, so that they refresh at different times', () => {
    expect(new OverloadControl().partOfExpires(10_000, 0.5)).toBe(1);
    const control = overloaded();
    expect(control.partOfExpires(10_000, 0)).toBe(1);
    expect(control.partOfExpires(10_000, 0.5)).toBe(0.75);
    control.turn(1, 0, 20_000);
    expect(control.isOverloaded).toBe(false);
    expect(control.partOfExpires(20_000 + spreadMs - 1, 0.5)).toBe(0.75);
    expect(control.partOfExpires(20_000 + spreadMs, 0.5)).toBe(1);
  });
});
