import { askOnce } from '../process/child.ts';
import type { BenchSuite } from '../suite.ts';
import type { GrowthOrder, Measured, MeasureOrder } from './sip/measure.ts';
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
  async measure(bench) {
    const order: MeasureOrder = { seconds: Math.max(bench.seconds / 8, 0.1) };
    const script = new URL('./sip/measure.ts', import.meta.url);
    const { bytes, rates, retained } = await askOnce<Measured>(script, order, { room: 'sip' });
    bench.log(`sip: an INVITE of ${bytes} bytes, best of slices, ${order.seconds.toFixed(2)} s a figure`);
    const growthOrder: GrowthOrder = { short: bench.short };
    const growth = await askOnce<readonly Growth[]>(script, growthOrder, {
      room: 'sip',
      flags: growthFlags,
    });
    const { routing } = rates;
    const against = { what: 'npm sip, the same message', value: rates.sip };
    bench.figure('parse to routing depth', routing, '/s', { against, aim: { ratioAtLeast: 6 } });
    bench.figure('parse with every header', rates.every, '/s', { against, aim: { ratioAtLeast: 4 } });
    bench.figure('parse with the default checks', rates.checked, '/s', { against });
    for (const what of ['JsSIP', 'SIP.js'] as const)
      bench.figure(`parse to routing depth beside ${what}`, routing, '/s', {
        against: { what, value: rates[what] },
      });
    bench.figure('proxy edit and serialise', rates.edited, '/s', { aim: { atLeast: 2_000_000 } });
    bench.figure('messages out of a stream', rates.framed, '/s');
    bench.figure('retained a message to routing depth', retained, 'bytes');
    for (const { exponent, what } of growth)
      bench.figure(`time against size, ${what}`, exponent, 'exponent', { aim: { atMost: 1.1 } });
  },
};
