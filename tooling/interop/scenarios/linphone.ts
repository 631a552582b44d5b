import { telephoneScenario } from '../calls/telephone-scenario.ts';
import { startLinphone } from '../programs/linphone.ts';

/** It answers challenges for SHA-256. */
export const scenario = telephoneScenario({
  name: 'linphone',
  needs: [{ program: 'linphone-daemon', package: 'linphone-cli' }],
  start: (account) => startLinphone(account),
  asksFor: 'domain',
  users: { inside: 'alice', colleague: 'bob', partner: 'alice' },
  wrongName: /.*CN-mismatch.*/,
});
