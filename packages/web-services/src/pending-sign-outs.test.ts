import { describe, expect, it } from 'vitest';
import { PendingSignOuts } from './pending-sign-outs.ts';

const [fe1, fe2] = ['fe1.contoso.example', 'fe2.contoso.example'];
const one = { token: 'one', csrf: 'of one' };
const two = { token: 'two', csrf: 'of two' };

/** What a front end hears before the next question. */
async function heard(untold: PendingSignOuts, server: string, now = 0) {
  const bodies: object[] = [];
  await untold.tell(server, now, async (body) => bodies.push(body));
  return bodies;
}

describe('sign-outs that a front end has not heard', () => {
  it('are told to it before anything else, once, and to no other', async () => {
    const untold = new PendingSignOuts();
    expect([untold.add(fe1, one, 0), untold.add(fe1, two, 1)]).toEqual([true, true]);
    expect(await heard(untold, fe2)).toEqual([]);
    expect(await heard(untold, fe1)).toEqual([one, two]);
    expect(await heard(untold, fe1)).toEqual([]);
  });

  it('take one place however often the same one comes', async () => {
    const untold = new PendingSignOuts(2);
    for (let i = 0; i < 10; i++) expect(untold.add(fe1, { ...one }, i)).toBe(true);
    expect(untold.add(fe1, two, 10)).toBe(true);
    expect(await heard(untold, fe1)).toEqual([one, two]);
  });

  it('of one session take one place, whichever of its tokens they come with: the newest is told', async () => {
    const untold = new PendingSignOuts(2);
    for (let i = 0; i < 10; i++) expect(untold.add(fe1, { ...one, token: `renewed ${i}` }, i)).toBe(true);
    expect(untold.add(fe1, two, 10)).toBe(true);
    expect(untold.add(fe1, { token: 'three', csrf: 'of three' }, 11)).toBe(false);
    expect(untold.add(fe1, { ...one, token: 'renewed at last' }, 12), 'it needs no more room').toBe(true);
    expect(await heard(untold, fe1)).toEqual([two, { ...one, token: 'renewed at last' }]);
  });

  it('stay until each token is void that the session may have had when it was signed out last', async () => {
    const untold = new PendingSignOuts();
    untold.add(fe1, one, 0);
    untold.add(fe1, two, 1);
    const renewed = { ...one, token: 'renewed' };
    untold.add(fe1, renewed, 60_000);
    expect(await heard(untold, fe1, 20 * 60_000 + 59_999)).toEqual([renewed]);
  });

  it('of a session that nobody had opened before take a place among the others once it is opened', async () => {
    const untold = new PendingSignOuts(1, 1);
    expect(untold.add(fe1, one, 0, false)).toBe(true);
    expect(untold.add(fe1, one, 1, true)).toBe(true);
    expect(untold.add(fe1, two, 2, true)).toBe(false);
    expect(untold.add(fe1, one, 3, false), 'it is noted').toBe(true);
    expect(untold.add(fe1, two, 4, false)).toBe(true);
    expect(await heard(untold, fe1)).toEqual([one, two]);
  });

  it('of a session that nobody has opened stand for no other that claims the same value', async () => {
    const untold = new PendingSignOuts();
    untold.add(fe1, { ...one, token: 'made up' }, 0, false);
    untold.add(fe1, one, 1);
    untold.add(fe1, { ...one, token: 'made up too' }, 2, false);
    const tokens = (await heard(untold, fe1)).map((body) => (body as typeof one).token);
    expect(tokens).toEqual(['made up', 'one', 'made up too']);
  });

  it('of sessions that nobody has opened take no place of others', async () => {
    const untold = new PendingSignOuts(1, 2);
    const madeUp = Array.from({ length: 10 }, (_, i) =>
      untold.add(fe1, { token: `made up ${i}`, csrf: 'made up' }, i, false),
    );
    expect(madeUp.filter(Boolean)).toHaveLength(2);
    expect(untold.add(fe1, one, 10)).toBe(true);
    expect(await heard(untold, fe1)).toHaveLength(3);
  });

  it('are kept where the front end still does not answer', async () => {
    const untold = new PendingSignOuts();
    untold.add(fe1, one, 0);
    const silent = async () => Promise.reject(new Error('silent'));
    await expect(untold.tell(fe1, 0, silent)).rejects.toThrow('silent');
    expect(await heard(untold, fe1)).toEqual([one]);
  });

  it('are told once where several requests come at the same time, and all of them wait for it', async () => {
    const untold = new PendingSignOuts();
    untold.add(fe1, one, 0);
    const bodies: object[] = [];
    let go = () => {};
    const answered = new Promise<void>((resolve) => {
      go = resolve;
    });
    const send = async (body: object) => {
      bodies.push(body);
      await answered;
    };
    const first = untold.tell(fe1, 0, send);
    const second = untold.tell(fe1, 0, send);
    untold.add(fe1, two, 0);
    go();
    await Promise.all([first, second]);
    expect(bodies).toEqual([one, two]);
  });

  it('are forgotten once every token is void, and not taken where there is no room', async () => {
    const untold = new PendingSignOuts(1);
    untold.add(fe1, one, 0);
    expect(untold.add(fe1, two, 1)).toBe(false);
    expect(untold.add(fe1, two, 20 * 60_000)).toBe(true);
    expect(await heard(untold, fe1, 20 * 60_000)).toEqual([two]);
  });
});
