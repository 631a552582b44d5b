import { createRequest } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { FailingTargets } from './failing-targets.ts';

const request = (method: string, to: string, tag = '') =>
  createRequest({
    method,
    uri: to,
    from: '<sip:alice@contoso.example>;tag=1',
    to: `<${to}>${tag === '' ? '' : `;tag=${tag}`}`,
    callId: 'c',
    cseq: 1,
    via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1',
  });

describe('the targets that fail a client', () => {
  it('rest alone, under each way to write their address', () => {
    const targets = new FailingTargets();
    for (let i = 0; i < 32; i++) targets.failed(request('MESSAGE', `sip:erin@contoso.example;x=${i}`));
    expect(targets.refuses(request('INVITE', 'sips:erin@CONTOSO.example'))).toBe(true);
    expect(targets.refuses(request('MESSAGE', 'sip:carol@contoso.example'))).toBe(false);
    expect(targets.tick()).toBe(true);
  });

  it('never have a REGISTER, a CANCEL or a request in a dialog refused, nor are those counted', () => {
    const targets = new FailingTargets();
    const others = [
      request('NOTIFY', 'sip:erin@contoso.example', 'a'),
      request('BYE', 'sip:erin@contoso.example', 'a'),
      request('REGISTER', 'sip:erin@contoso.example'),
      request('CANCEL', 'sip:erin@contoso.example'),
    ];
    for (const other of others) for (let i = 0; i < 200; i++) targets.failed(other);
    expect(targets.refuses(request('MESSAGE', 'sip:erin@contoso.example'))).toBe(false);
    for (let i = 0; i < 32; i++) targets.failed(request('MESSAGE', 'sip:erin@contoso.example'));
    for (const other of others) expect(targets.refuses(other), other.method).toBe(false);
  });

  it('are few, however many addresses a client writes, and forgotten when nothing fails', () => {
    const targets = new FailingTargets();
    for (let to = 0; to < 1_000; to++)
      for (let i = 0; i < 32; i++) targets.failed(request('MESSAGE', `sip:user${to}@contoso.example`));
    const refused = Array.from({ length: 1_000 }, (_, to) =>
      targets.refuses(request('MESSAGE', `sip:user${to}@contoso.example`)),
    );
    expect(refused.filter((one) => one)).toHaveLength(32);
    let seconds = 0;
    while (targets.tick()) seconds++;
    expect(seconds).toBeLessThan(4);
  });
});
