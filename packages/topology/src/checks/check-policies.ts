import type { TopologyDocument } from '../document/document.ts';
import { effectivePolicies } from '../document/policies.ts';
import type { Report } from './report.ts';

/** Checks that settings fit together. */
export function checkPolicies(document: TopologyDocument, report: Report): void {
  const given = document.policies;
  if (given === undefined) return;
  const { intervalSeconds, alarmAfterSeconds, refuseAfterSeconds } = effectivePolicies(given).trustState;
  if (!(intervalSeconds < alarmAfterSeconds && alarmAfterSeconds < refuseAfterSeconds)) {
    report(
      'policy-order',
      ['policies', 'trustState'],
      `The times must increase from interval to alarm to refusal, but they are ${intervalSeconds} s, ${alarmAfterSeconds} s and ${refuseAfterSeconds} s.`,
      'Correct the times; the defaults are 60 s, 600 s and 345600 s.',
    );
  }
  for (const kind of ['enterprise', 'partners'] as const) {
    const rule = given.revocation?.[kind];
    if (rule === undefined) continue;
    const path = ['policies', 'revocation', kind];
    if ((rule.mode === 'grace') !== (rule.graceSeconds !== undefined)) {
      report(
        'policy-contradiction',
        path,
        `The mode ${rule.mode} ${rule.mode === 'grace' ? 'needs' : 'does not use'} graceSeconds.`,
        rule.mode === 'grace' ? 'Add graceSeconds, e.g. 259200 for 72 h.' : 'Remove graceSeconds.',
      );
    }
    if (rule.mode === 'off') {
      report(
        'revocation-off',
        path,
        `A revoked certificate ${kind === 'enterprise' ? 'of our own CA' : 'of a partner'} stays trusted until it expires.`,
        'Use hard-fail, or grace with a bound.',
      );
    }
  }
}
