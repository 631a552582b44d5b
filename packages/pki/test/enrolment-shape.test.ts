import { beforeAll, describe, expect, it } from 'vitest';
import { type TestAuthority, testAuthority } from './authority.ts';
import { authorityUrl, enrolmentScene } from './enrolment-scene.ts';

const peer = { server: 'fe01.contoso.example', serialHex: '0a' };
const url = `${authorityUrl}/enrol`;

describe('a request for an enrolment that is of another kind', () => {
  let authority: TestAuthority;
  beforeAll(async () => {
    authority = await testAuthority();
  });

  it.each([
    ['a member', peer],
    ['a caller without certificate', undefined],
  ])(
    'from %s is told which method and which media type are taken (RFC 9110 §15.5.6, §15.5.16)',
    async (_who, by) => {
      const { handler } = enrolmentScene(authority);
      const got = await handler(new Request(url), by);
      expect([got.status, got.headers.get('allow'), got.headers.get('accept')]).toEqual([405, 'POST', null]);
      const text = new Request(url, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } });
      const posted = await handler(text, by);
      expect([posted.status, posted.headers.get('allow'), posted.headers.get('accept')]).toEqual([
        415,
        null,
        'application/pkcs10',
      ]);
      const { detail } = (await posted.json()) as { readonly detail: string };
      expect(detail).toContain(by === undefined ? 'The media type is not taken here.' : 'application/pkcs10');
    },
  );
});
