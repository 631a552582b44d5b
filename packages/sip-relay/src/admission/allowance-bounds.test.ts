import { AckAllowance, EmergencyAllowance } from '@entente/sip-relay';
import { describe, expect, it } from 'vitest';

const code = 'SIP_INVALID_ARGUMENT';

describe('the bounds on ACKs and on emergency calls', () => {
  it.each<readonly [unknown, string]>([
    [{ ack: 1 }, 'options of AckAllowance'],
    [{ bytes: Number.NaN }, 'bytes of AckAllowance'],
    [{ acks: '1' }, 'acks of AckAllowance'],
    [{ acksPerSecond: -1 }, 'acksPerSecond of AckAllowance'],
    [null, 'options of AckAllowance'],
    [[], 'options of AckAllowance'],
  ])('are not %o on an ACK', (rules, place) => {
    expect(() => new AckAllowance(rules as never)).toThrow(expect.objectContaining({ code, place }));
  });

  it.each<readonly [unknown, string]>([
    [{ call: 1 }, 'options of EmergencyAllowance'],
    [{ calls: Number.NaN }, 'calls of EmergencyAllowance'],
    [{ withinMs: null }, 'withinMs of EmergencyAllowance'],
    [7, 'options of EmergencyAllowance'],
  ])('are not %o on an emergency call', (rules, place) => {
    expect(() => new EmergencyAllowance(rules as never)).toThrow(expect.objectContaining({ code, place }));
  });

  it('are the default ones where they are undefined: nothing turns them off', () => {
    const emergencies = new EmergencyAllowance({ calls: undefined } as never);
    for (let call = 0; call < 8; call++) expect(emergencies.take('alice@contoso.example', 0)).toBe(true);
    expect(emergencies.take('alice@contoso.example', 0)).toBe(false);
    const acks = new AckAllowance({ bytes: undefined } as never);
    expect(acks.take({}, 32_769, 0)).toBe(false);
  });
});
