import { describe, expect, it } from 'vitest';
import { describeEvent, readAudit } from './audit.ts';

const refused = {
  at: Date.UTC(2026, 0, 31, 12),
  number: 7,
  action: 'certificate-revoked',
  actor: 'administrator:alice',
  from: '192.0.2.1',
  subject: 'fe1.contoso.example',
  outcome: 'refused',
  reason: 'last-authority',
  details: { serial: '0a' },
};

describe('the audit trail of an authority', () => {
  it('is read with where the older records begin, and anything else is a fault', () => {
    expect(readAudit(JSON.stringify({ records: [refused], next: 7 }))).toEqual({
      records: [refused],
      next: 7,
    });
    expect(readAudit('{"records":[]}')).toEqual({ records: [] });
    for (const text of ['', '[]', '{}', '{"records":[{"at":"now"}]}', 'null']) {
      expect(() => readAudit(text)).toThrow(expect.objectContaining({ code: 'ENTENTE_AUTHORITY_ANSWER' }));
    }
  });

  it('says when, what, to whom, by whom and from where, and why not', () => {
    expect(describeEvent(refused)).toBe(
      '2026-01-31T12:00:00Z certificate-revoked fe1.contoso.example by administrator:alice from 192.0.2.1 refused (last-authority) serial=0a',
    );
    expect(
      describeEvent({ at: refused.at, action: 'list-signed', actor: 'authority', outcome: 'done' }),
    ).toBe('2026-01-31T12:00:00Z list-signed by authority');
  });
});
