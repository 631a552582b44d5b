import type { WebProblem } from '@entente/accounts/web';
import { describe, expect, it } from 'vitest';
import { WebRequestLog } from './web-request-log.ts';

const peer = 'web1.contoso.example';
const problem = (reason: WebProblem['reason']): WebProblem => ({
  status: 401,
  reason,
  detail: 'no',
  remedy: 'Try again.',
});

describe.each<readonly [string, string, (log: WebRequestLog) => void]>([
  ['that fail', 'error', (log) => log.fault(new TypeError('it failed'), peer)],
  ['that are refused', 'info', (log) => log.refused(problem('credentials-not-accepted'), peer)],
  ['of users who are signed out', 'debug', (log) => log.refused(problem('signed-out'), peer)],
])('requests of web services %s', (_, level, write) => {
  it('have ten lines in a second, and the next line says how many had none', () => {
    const clock = { now: 1_000_000 };
    const lines: object[] = [];
    const at = (name: string) => (fields: object) => void lines.push({ level: name, ...fields });
    const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const web = new WebRequestLog(log, () => clock.now);
    for (let count = 0; count < 500; count++) write(web);
    expect(lines).toHaveLength(10);
    clock.now += 1_000;
    write(web);
    expect(lines.at(-1)).toMatchObject({ level, peer, more: 490 });
  });
});
