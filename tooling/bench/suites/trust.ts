import { askOnce } from '../process/child.ts';
import type { Bench, BenchSuite } from '../suite.ts';
import type { Measured, MeasureOrder } from '../trust/measure.ts';

/**
 * What a verdict costs beside its signatures, P-256 throughout, revocation under hard-fail, identity and authorisation on.
 * Warm: the issuers are known, each leaf is new to the judge. Cold: a judge that knows nothing meets leaf, two intermediates
 * and three CRLs. Bare: the same signatures by `node:crypto` alone. Contests alternate in short rounds and the quiet ones count,
 * so that what else runs on the machine weighs little, and on all of them alike. Measured as published, without the loader of TypeScript.
 *
 * A chain that nobody has met brings two keys, and no signature can be checked before its key is loaded. `createPublicKey` on
 * the quickest way there is (JWK) costs as much as a check, because OpenSSL multiplies the point by the order of the group to
 * validate it, and a third as much again when the key is first used. So the cold verdict has two figures: beside checks that
 * load the keys that way, and beside checks whose keys are loaded already; the loading alone is measured too, for no verdict
 * can be quicker than that.
 */
export const suite: BenchSuite = { name: 'trust', measure };

async function measure(bench: Bench): Promise<void> {
  const { log, seconds, short } = bench;
  const order: MeasureOrder = { seconds, short };
  const script = new URL('../trust/measure.ts', import.meta.url);
  const { bareWarm, warm, bareCold, bareLoading, cold } = await askOnce<Measured>(script, order, {
    room: 'trust',
  });
  log(`verify ${Math.round(1e6 / bareWarm)}/s, warm verdict ${Math.round(1e6 / warm)}/s`);
  log(
    `six signatures ${bareCold.toFixed(0)} µs, ${bareLoading.toFixed(0)} µs with key loading, cold verdict ${cold.toFixed(0)} µs`,
  );
  const loaded = {
    what: 'six signature checks by node:crypto with loaded keys, same run',
    value: bareCold,
  };
  bench.figure('warm verdict: issuers known, a leaf never seen before', 1e6 / warm, '/s', {
    against: { what: 'bare node:crypto verify of the leaf, same run', value: 1e6 / bareWarm },
    aim: { ratioAtLeast: 0.8 },
  });
  bench.figure('cold verdict: leaf, two intermediates, three CRLs', cold, 'µs', {
    against: {
      what: 'its six signature checks by node:crypto, which load the two new keys, same run',
      value: bareLoading,
    },
    aim: { ratioAtMost: 1.5 },
  });
  bench.figure('cold verdict, beside checks whose keys are loaded already', cold, 'µs', {
    against: loaded,
    aim: { ratioAtMost: 1.5 },
  });
  bench.figure('the least a cold verdict can cost: six checks, two keys to load', bareLoading, 'µs', {
    against: loaded,
  });
}
