import { explain, latestSignedTime, profiles, renderExplain } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { day, makeLeaf, makeRoot, now } from './making/certificates.ts';
import { makeCrl } from './making/crls.ts';

const root = makeRoot('root');
const leaf = makeLeaf(root, ['fe1.contoso.example']);
const { futureSkewMs } = profiles.entente.revocation;

describe('a clock behind a time that was signed', () => {
  const judged = (latestSigned: number | undefined) =>
    ask(judgeOf([anchor(root)], { latestSigned: () => latestSigned }), [leaf]);

  it('believes nobody, whatever the peer shows', () => {
    expect(judged(now + 2 * day)).toMatchObject({
      rejection: { reason: 'clock-untrusted', now, latestSigned: now + 2 * day },
    });
    const judge = judgeOf([anchor(root)], { latestSigned: () => now + 2 * day });
    expect(outcome(ask(judge, []))).toBe('clock-untrusted');
  });

  it('is believed within the difference that clocks may have, and where nothing was signed yet', () => {
    expect(outcome(judged(now + futureSkewMs))).toBe('trusted');
    expect(outcome(judged(now + futureSkewMs + 1))).toBe('clock-untrusted');
    expect(outcome(judged(now - day))).toBe('trusted');
    expect(outcome(judged(undefined))).toBe('trusted');
  });

  it('is asked at every verdict', () => {
    let latest = now;
    const judge = judgeOf([anchor(root)], { latestSigned: () => latest });
    expect(outcome(ask(judge, [leaf]))).toBe('trusted');
    latest = now + day;
    expect(outcome(ask(judge, [leaf]))).toBe('clock-untrusted');
  });

  it('is told before anything is read', () => {
    const text = renderExplain(explain(judged(now + day)), { colour: false });
    expect(text).toMatch(/✗ clock-untrusted: expected a clock at or after/);
    expect(text).not.toContain('✓');
  });
});

describe('the latest signed time', () => {
  const early = makeCrl({ issuer: root, thisUpdate: now - 2 * day });
  const late = makeCrl({ issuer: root, thisUpdate: now - day });

  it('is that of the latest list that a believed authority has signed', () => {
    expect(latestSignedTime([early, late], [root.certificate])).toBe(now - day);
    expect(latestSignedTime([late, early], [root.certificate])).toBe(now - day);
    expect(latestSignedTime([], [root.certificate])).toBeUndefined();
  });

  it('is not moved by a list of an outsider, altered, or of the same name', () => {
    const forged = [
      makeCrl({ issuer: makeRoot('outsider'), thisUpdate: now + 300 * day }),
      makeCrl({ issuer: makeRoot('root'), thisUpdate: now + 300 * day }),
      makeCrl({ issuer: root, thisUpdate: now + 300 * day, spoilSignature: true }),
    ];
    expect(latestSignedTime([...forged, early], [root.certificate])).toBe(now - 2 * day);
  });
});
