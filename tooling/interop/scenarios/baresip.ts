import { telephoneScenario } from '../calls/telephone-scenario.ts';
import { startBaresip } from '../programs/baresip.ts';

/** Its users have an MD5 verifier alone: see {@link startBaresip}. */
export const scenario = telephoneScenario({
  name: 'baresip',
  needs: [{ program: 'baresip', package: 'baresip-core' }],
  start: (account, controlPort) => startBaresip({ ...account, controlPort }),
  asksFor: 'domain',
  users: { inside: 'dave', colleague: 'frank', partner: 'dave' },
  isNotifier: true,
  // It forgets a nonce with the request that it was for.
  serverDies: 'after its challenge',
  wrongName: /.*hostname mismatch.*/,
});
