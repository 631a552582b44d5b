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

  it('shows a time that a record has as one, and other numbers as they are', () => {
    const details = { notAfter: Date.UTC(2026, 1, 7), number: 57, takenAt: '2026-01-30T00:00:00.000Z' };
    const line = describeEvent({ ...refused, details });
    expect(line).toMatch(/ notAfter=2026-02-07T00:00:00Z number=57 takenAt=2026-01-30T00:00:00\.000Z$/);
    expect(describeEvent({ ...refused, details: { notAfter: 1e300 } })).toMatch(/ notAfter=1e\+300$/);
  });

  it('quotes what somebody has chosen, and shows in it no spaces that begin another line', () => {
    const forged = '2026-01-31T11:59:00Z certificate-revoked fe2.contoso.example by authority';
    const line = describeEvent({
      ...refused,
      subject: `fe1 ${forged}`,
      details: { message: `the name "a${' '.repeat(150)}${forged}`, more: `\u00a0\u2003${forged}` },
    });
    expect(line).toContain(`certificate-revoked "fe1 ${forged}" by administrator:alice`);
    expect(line).toContain(`message="the name \\"a ${'\\u0020'.repeat(149)}${forged}"`);
    expect(line).toContain(`more="\\u00a0\\u2003${forged}"`);
    expect(line).not.toContain('  ');
  });
});

const record = (actor: string) => ({
  number: 1,
  at: 0,
  action: 'token-ordered',
  actor,
  outcome: 'done',
  details: {},
});
const answer = (...actors: readonly string[]) => JSON.stringify({ records: actors.map(record) });
const alice = 'administrator:alice';

describe('an audit trail of one', () => {
  it('is refused where the authority answers with the records of all', () => {
    expect(readAudit(answer(alice, alice), alice).records).toHaveLength(2);
    expect(() => readAudit(answer(alice, 'authority'), alice)).toThrow(
      expect.objectContaining({
        code: 'ENTENTE_AUTHORITY_ANSWER',
        remedy: 'update the authority, or leave --actor out',
      }),
    );
    expect(readAudit(answer(alice, 'authority')).records).toHaveLength(2);
    expect(() => readAudit('{}', alice)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('the URL of the authority') }),
    );
  });
});
