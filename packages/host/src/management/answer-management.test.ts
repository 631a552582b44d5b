import { describe, expect, it } from 'vitest';
import type { ServerProblem } from '../lifecycle/server-problem.ts';
import { answerManagement, type Managed, type ServerStage } from './answer-management.ts';
import { managementConfig, refuseManagementOutside } from './management-config.ts';

const expiring: ServerProblem = { part: 'topology', message: 'old', remedy: 'look', stops: false };
const revoked: ServerProblem = { part: 'own-certificate', message: 'revoked', remedy: 'join', stops: true };

function ask(
  url: string,
  {
    stage = 'serving',
    problems = [],
    host = '127.0.0.1:9100',
    method = 'GET',
  }: {
    stage?: ServerStage;
    problems?: readonly ServerProblem[];
    host?: string | undefined;
    method?: string;
  } = {},
) {
  const managed: Managed = {
    fqdn: 'fe1.contoso.example',
    stage: () => stage,
    problems: () => problems,
    metrics: () => [],
  };
  const { allow, body, status } = answerManagement(managed, { method, url, host });
  return { status, body, ...(allow === undefined ? {} : { allow }) };
}

describe('what a server says of itself', () => {
  it('is well where nothing is wrong', () => {
    expect(ask('/healthz')).toEqual({ status: 200, body: '{"status":"ok"}\n' });
    expect(ask('/readyz')).toEqual({ status: 200, body: '{"status":"ok"}\n' });
    expect(ask('/metrics?x=1').body).toContain('\nentente_ready 1\n');
  });

  it('is not well, and still ready, where something is wrong that stops nobody', () => {
    const problems = [expiring];
    const { body, status } = ask('/healthz', { problems });
    expect([status, JSON.parse(body)]).toEqual([503, { status: 'unavailable', problems }]);
    expect(ask('/readyz', { problems }).status).toBe(200);
    expect(ask('/metrics', { problems }).body).toContain('entente_problems{part="topology"} 1\n');
  });

  it('is not ready where every peer is refused, or refuses it', () => {
    const { body, status } = ask('/readyz', { problems: [expiring, revoked] });
    expect([status, JSON.parse(body)]).toEqual([503, { status: 'unavailable', problems: [revoked] }]);
    expect(ask('/metrics', { problems: [revoked] }).body).toContain('\nentente_ready 0\n');
  });

  it.each(['starting', 'stopping'] as const)('is not ready while it is %s', (stage) => {
    expect(ask('/readyz', { stage })).toEqual({ status: 503, body: `{"status":"${stage}"}\n` });
    expect(ask('/metrics', { stage }).body).toContain('\nentente_ready 0\n');
  });

  it.each([undefined, '', 'rebound.example', 'rebound.example:9100', 'xfe1.contoso.example'])(
    'is not said to who asks for host %s: a page in a browser may have pointed its own name here',
    (host) => {
      for (const path of ['/healthz', '/readyz', '/metrics'])
        expect(
          answerManagement(
            { fqdn: 'fe1.contoso.example', stage: () => 'serving', problems: () => [], metrics: () => [] },
            { method: 'GET', url: path, host },
          ).status,
        ).toBe(421);
    },
  );

  it.each(['localhost:9100', '10.1.2.3', '[::1]:9100', 'FE1.contoso.example:9100'])(
    'is said at host %s',
    (host) => {
      expect(ask('/healthz', { host }).status).toBe(200);
    },
  );

  it('is changed by nobody, and nothing else is there', () => {
    expect(ask('/healthz', { method: 'POST' })).toMatchObject({ status: 405, allow: 'GET, HEAD' });
    expect(ask('/').status).toBe(404);
  });
});

describe('where a server says it', () => {
  it('is 127.0.0.1 where no address is given', () => {
    expect(managementConfig.parse({ port: 9100 })).toEqual({ port: 9100, address: '127.0.0.1' });
  });

  it.each(['127.0.0.2', '::1', '10.0.0.5', '172.31.0.1', '192.168.3.4', '100.64.0.1', 'fd00::5'])(
    'may be %s',
    (address) => {
      expect(managementConfig.safeParse({ port: 9100, address }).success).toBe(true);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '::ffff:0.0.0.0',
    '203.0.113.7',
    '8.8.8.8',
    '172.32.0.1',
    '2a00:1450::1',
    'fe1.contoso.example',
  ])('is never %s: no public address, not every address, no name', (address) => {
    expect(managementConfig.safeParse({ port: 9100, address }).success).toBe(false);
  });

  it('is never the address at which outsiders are served', () => {
    const management = { port: 9100, address: '192.168.1.2' };
    const refuse = (outside?: string) => () => refuseManagementOutside(management, outside, 'edge1.yaml');
    expect(refuse('192.168.1.2')).toThrow(
      expect.objectContaining({ code: 'ENTENTE_MANAGEMENT_OUTSIDE', place: 'edge1.yaml' }),
    );
    const remedy = expect.stringMatching(/another address of this machine.*, or 127\.0\.0\.1$/);
    expect(refuse('192.168.1.2')).toThrow(expect.objectContaining({ remedy }));
    expect(refuse('192.168.1.3')).not.toThrow();
    expect(refuse()).not.toThrow();
  });

  it('leads away from 127.0.0.1 where outsiders are served there, also where it was left out', () => {
    const management = managementConfig.parse({ port: 9102 });
    const refuse = () => refuseManagementOutside(management, '127.0.0.1', 'edge1.yaml');
    const remedy = expect.stringMatching(/, or 127\.0\.0\.2$/);
    expect(refuse).toThrow(expect.objectContaining({ remedy }));
  });
});
