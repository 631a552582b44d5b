import { expect, it } from 'vitest';
import type { AuthorityConnection } from './connect-authority.ts';
import { certificateFor, missingIn } from './missing-certificate.ts';

const server = 'edge1.contoso.example';
const edge = { server, role: 'edge', interface: 'internal', certificateUntil: undefined };
const expired = {
  serial: '0a',
  profile: 'server',
  subject: server,
  commonName: server,
  notBefore: 1,
  notAfter: 2,
  issuedAt: 1,
  requester: 'join-token:1f',
};

/** An authority that lists certificates, expired ones where they are asked for. */
function authority(held: readonly object[]): AuthorityConnection {
  return {
    send: () => Promise.reject(new Error('nothing is ordered')),
    async get(path) {
      const query = new URL(path, 'https://ca.contoso.example').searchParams;
      const isAsked = query.get('expired') === 'true' && query.get('subject') === server;
      return { ok: true, text: JSON.stringify({ certificates: isAsked ? held : [] }) };
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function remedy(held: readonly object[], listed: readonly { subject: string }[] = []): Promise<string> {
  const missing = await missingIn([edge], listed, authority(held));
  if (!missing.ok || missing.found[0] === undefined) throw new Error('expected a server');
  return certificateFor(missing.found[0]);
}

it('a server that has never had a certificate joins with a configuration of its own', async () => {
  expect(await remedy([])).toBe(
    `entente join-token ${server} --config ${server}.yaml --as ca/administrators/<you>.yaml`,
  );
});

it.each([
  ['expired', [expired], []],
  ['was revoked', [], [{ subject: server }]],
])(
  'a server whose last certificate %s joins again once its folder is moved aside',
  async (_, held, listed) => {
    const found = await remedy(held, listed);
    expect(found).toContain(
      `stop it, move its folder aside, then entente join-token ${server} --replace --config <its configuration>`,
    );
  },
);

it('nothing is asked where every server has a valid certificate', async () => {
  const valid = { ...edge, certificateUntil: 1 };
  expect(await missingIn([valid], [], authority([]))).toEqual({ ok: true, found: [] });
});

it('a server whose last certificate is on hold does not join again: the hold ends, or becomes final', async () => {
  const missing = await missingIn([{ ...edge, onHold: expired }], [{ subject: server }], authority([]));
  if (!missing.ok || missing.found[0] === undefined) throw new Error('expected a server');
  const as = '--as ca/administrators/<you>.yaml';
  expect(certificateFor(missing.found[0])).toBe(
    `to end the hold: entente cert release 0a ${as}; to revoke it for good: entente cert revoke --serial 0a --reason <why> ${as}`,
  );
});

it('each server without one is found, with the command for each of its certificates', async () => {
  const proxy = { server: 'rp1.contoso.example', role: 'reverse-proxy', certificateUntil: undefined };
  const sides = ['internal', 'external'].map((side) => ({ ...proxy, interface: side }));
  const missing = await missingIn([edge, ...sides] as never, [], authority([]));
  const issue = 'entente cert issue --csr <file> --server rp1.contoso.example';
  expect(missing.ok && missing.found.map(certificateFor)).toEqual([
    expect.stringContaining(`entente join-token ${server}`),
    `${issue} --as ca/administrators/<you>.yaml`,
    `${issue} --interface external --as ca/administrators/<you>.yaml`,
  ]);
});
