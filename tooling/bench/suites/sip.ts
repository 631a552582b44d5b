import { runBuilt } from '../built.ts';
import { type BenchResult, type BenchSuite, measured } from '../suite.ts';
import type { Measured, MeasureOrder } from './sip/measure.ts';
import type { GrowthOrder } from './sip/measure-growth.ts';
import type { Growth } from './sip/worst.ts';

/**
 * Growth is measured with a young generation of the heap that holds the values of the largest input: otherwise only those
 * of the large inputs are moved to the old one, and the fit shows that step of the collector instead of the code.
 */
const growthFlags = ['--max-semi-space-size=128'];

/**
 * Parsing beside the peers of npm, a proxy's edit, memory, and time against size for the worst inputs; everything as
 * published.
 */
export const suite: BenchSuite = {
  name: 'sip',
  async run({ seconds, short, log }) {
    const order: MeasureOrder = { seconds: Math.max(seconds / 8, 0.1) };
    const script = new URL('./sip/measure.ts', import.meta.url);
    const { bytes, rates, retained } = await runBuilt<Measured>(script, 'sip', order);
    log(`sip: an INVITE of ${bytes} bytes, best of slices, ${order.seconds.toFixed(2)} s a figure`);
    const growthOrder: GrowthOrder = { short };
    const growthScript = new URL('./sip/measure-growth.ts', import.meta.url);
    const growth = await runBuilt<readonly Growth[]>(growthScript, 'sip', growthOrder, growthFlags);
    const { routing } = rates;
    const sip = { what: 'npm sip, the same message', value: rates.sip };
    const results: BenchResult[] = [
      measured('parse to routing depth', routing, '/s', { against: sip, aim: { ratioAtLeast: 6 } }),
      measured('parse with every header', rates.every, '/s', { against: sip, aim: { ratioAtLeast: 4 } }),
      measured('parse with the default checks', rates.checked, '/s', { against: sip }),
      ...(['JsSIP', 'SIP.js'] as const).map((what) =>
        measured(`parse to routing depth beside ${what}`, routing, '/s', {
          against: { what, value: rates[what] },
        }),
      ),
      measured('proxy edit and serialise', rates.edited, '/s', { aim: { atLeast: 2_000_000 } }),
      measured('messages out of a stream', rates.framed, '/s'),
      measured('retained a message to routing depth', retained, 'bytes'),
      ...growth.map(({ what, exponent }) =>
        measured(`time against size, ${what}`, exponent, 'exponent', { aim: { atMost: 1.1 } }),
      ),
    ];
    return { results, invalid: [] };
  },
};
