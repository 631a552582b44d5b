import { telephoneScenario } from '../calls/telephone-scenario.ts';
import { startLinphone } from '../programs/linphone.ts';

/** It answers challenges for SHA-256; a second one for a REGISTER only a minute later, whether it is stale or not. */
export const scenario = telephoneScenario({
  name: 'linphone',
  needs: [{ program: 'linphone-daemon', package: 'linphone-cli' }],
  start: (account) => startLinphone(account),
  asksFor: 'domain',
  users: { inside: 'alice', colleague: 'bob', partner: 'alice' },
  serverDies: 'after the registration',
  wrongName: /.*CN-mismatch.*/,
});
