import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the page about HTTP resources', () => {
  it('has every reason of web services, and no other', () => {
    const [, type = ''] =
      /export type WebReason =(.*?);/s.exec(text('packages/accounts/src/web/problem.ts')) ?? [];
    const reasons = [...type.matchAll(/'([a-z-]+)'/g)].map(([, reason]) => reason);
    expect(reasons.length).toBeGreaterThan(10);
    const [, section = ''] = text('docs/reference/http.md').split('\n## Web services\n');
    const listed = [...section.matchAll(/^\| `([a-z-]+)` +\| \d{3} /gm)].map(([, reason]) => reason);
    expect(listed.toSorted()).toEqual(reasons.toSorted());
  });
});
