import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseGateways } from './choose-gateways.ts';
import { GatewayHealth } from './gateway-health.ts';

const route = (prefix: string, gateway: string, cost?: number) => ({ prefix, gateway, cost });
const call = (number: string, isEmergency = false) => ({ number, isEmergency });
const all = () => true;

describe('the gateways of a number', () => {
  const routes = [
    route('+', 'a', 5),
    route('+49', 'b', 9),
    route('+49', 'c', 1),
    route('112', 'a'),
    route('1', 'b'),
  ];

  it('are those of the longest prefix, the cheapest first, and no other', () => {
    expect(chooseGateways(call('+4930'), routes, all)).toEqual(['c', 'b']);
    expect(chooseGateways(call('+4430'), routes, all)).toEqual(['a']);
    expect(chooseGateways(call('4930'), routes, all)).toEqual([]);
    expect(chooseGateways(call('112', true), routes, all)).toEqual(['a', 'b']);
  });

  it('are, whatever the routes, each once, of one length of prefix, in the order of cost', () => {
    const digits = (max: number) =>
      fc.array(fc.constantFrom('1', '2', '3'), { maxLength: max }).map((parts) => `+${parts.join('')}`);
    const routesOf = fc.array(
      fc.record({ prefix: digits(3), gateway: fc.constantFrom('a', 'b', 'c'), cost: fc.nat(3) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(digits(5), routesOf, fc.subarray(['a', 'b', 'c']), (number, given, living) => {
        const chosen = chooseGateways(call(number), given, (gateway) => living.includes(gateway));
        const taking = given.filter(({ prefix }) => number.startsWith(prefix));
        const longest = Math.max(...taking.map(({ prefix }) => prefix.length));
        const best = taking.filter(({ prefix }) => prefix.length === longest);
        const cost = (gateway: string) =>
          Math.min(...best.filter((one) => one.gateway === gateway).map((one) => one.cost));
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen.map(cost)).toEqual(chosen.map(cost).sort((a, b) => a - b));
        const usable = new Set(best.map(({ gateway }) => gateway));
        const up = [...usable].filter((gateway) => living.includes(gateway));
        expect(new Set(chosen)).toEqual(new Set(up.length > 0 ? up : usable));
      }),
    );
  });

  it('leave out one that is out, unless all are; an emergency call tries those too, last', () => {
    expect(chooseGateways(call('+4930'), routes, (gateway) => gateway !== 'c')).toEqual(['b']);
    expect(chooseGateways(call('+4930'), routes, () => false)).toEqual(['c', 'b']);
    expect(chooseGateways(call('112', true), routes, (gateway) => gateway !== 'a')).toEqual(['b', 'a']);
  });
});

describe('the health of a gateway', () => {
  /** Asks once, and gives what each gateway answers. */
  function start(gateways: string[]) {
    const answers = new Map<string, boolean | Error>();
    const changes: [string, boolean][] = [];
    const health = new GatewayHealth({
      gateways: () => gateways,
      ask: async (gateway) => {
        const answer = answers.get(gateway) ?? true;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      onChange: (gateway, isLiving) => void changes.push([gateway, isLiving]),
    });
    return {
      answers,
      changes,
      health,
      async tick() {
        health.tick();
        await new Promise<void>((resolve) => setImmediate(resolve));
      },
    };
  }

  it('ends with the third question without an answer, and comes back with one answer', async () => {
    const { answers, changes, health, tick } = start(['a', 'b']);
    answers.set('a', new Error('no answer'));
    await tick();
    await tick();
    expect([health.isLiving('a'), health.out, changes]).toEqual([true, 0, []]);
    await tick();
    expect([health.isLiving('a'), health.isLiving('b'), health.out]).toEqual([false, true, 1]);
    await tick();
    answers.set('a', true);
    await tick();
    expect([health.isLiving('a'), health.out]).toEqual([true, 0]);
    expect(changes).toEqual([
      ['a', false],
      ['a', true],
    ]);
  });

  it('begins again with each answer, and is forgotten with the route', async () => {
    const gateways = ['a'];
    const { answers, changes, health, tick } = start(gateways);
    answers.set('a', false);
    await tick();
    await tick();
    answers.set('a', true);
    await tick();
    answers.set('a', false);
    await tick();
    await tick();
    expect(health.isLiving('a')).toBe(true);
    await tick();
    expect(health.isLiving('a')).toBe(false);
    gateways.pop();
    await tick();
    expect([health.isLiving('a'), changes]).toEqual([true, [['a', false]]]);
  });
});
