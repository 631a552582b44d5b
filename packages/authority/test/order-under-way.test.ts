import { encodeSignedTopology, signTopology, type TopologyDocument } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anotherAdministrator, contoso, next } from './contoso.ts';
import { administrator, InProcessAuthority } from './in-process-authority.ts';

const people = ['alice', 'bob'].map(anotherAdministrator);
const signers = people.map(({ signer }) => signer);
const first: TopologyDocument = {
  ...contoso,
  administrators: { required: 1, keys: people.map(({ key }) => key) },
};
const withoutBob = next(first, { administrators: { required: 1, keys: [people[0]!.key] } });

/** A body that ends when it is told to. */
function slowBody(text: string): { readonly body: ReadableStream<Uint8Array>; end(): void } {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  return {
    body,
    end() {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  };
}

describe('a command that is under way while its administrator is removed', () => {
  let run: InProcessAuthority;
  const post = (path: string, name: string, body: ReadableStream<Uint8Array> | string, serial?: string) =>
    run.fetch(path, body, administrator(name, serial));
  const publish = (document: TopologyDocument, name: string) =>
    post('/topology', name, encodeSignedTopology(signTopology(document, signers)));

  beforeAll(async () => {
    run = await InProcessAuthority.start({ first, isPublished: false });
    expect((await publish(first, 'alice')).status).toBe(200);
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it('is refused: a token, a revocation, and the next topology', async () => {
    const order = JSON.stringify({ server: 'fe01.contoso.example' });
    const widened = next(withoutBob, { title: 'another' });
    const slow = [
      { path: '/join-tokens', ...slowBody(order) },
      { path: '/revoke', ...slowBody(order) },
      { path: '/certificates', ...slowBody(order) },
      { path: '/topology', ...slowBody(encodeSignedTopology(signTopology(widened, [signers[0]!]))) },
    ];
    const answers = slow.map(({ body, path }) => post(path, 'bob', body));
    expect((await publish(withoutBob, 'alice')).status).toBe(200);
    for (const { end } of slow) end();
    for (const answer of answers) {
      expect(await (await answer).json()).toMatchObject({ status: 403, reason: 'not-in-topology' });
    }
  });

  it('is refused as well where it has waited for its turn, and nothing is ordered', async () => {
    const order = (i: number) => ({ accounts: [{ address: `user${i}@contoso.example`, verifiers }] });
    const verifiers = { 'SHA-256': 'a'.repeat(64) };
    const current = withoutBob;
    const withBob = next(current, { administrators: first.administrators });
    expect((await publish(withBob, 'alice')).status).toBe(200);
    // Eight of one administrator are answered at once.
    const answers = Array.from({ length: 30 }, (_, i) => post('/accounts', 'bob', JSON.stringify(order(i))));
    const change = JSON.stringify({ address: 'user0@contoso.example', state: 'disabled' });
    const late = post('/accounts/change', 'bob', change);
    const removed = next(withBob, { administrators: withoutBob.administrators });
    expect((await publish(removed, 'alice')).status).toBe(200);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect((await late).status).toBe(403);
    expect(statuses.at(-1)).toBe(403);
    const { answer } = await run.ask('/audit?limit=100');
    const records = answer.records as { action: string }[];
    const ordered = records.filter(({ action }) => action === 'accounts-ordered');
    expect(ordered).toHaveLength(statuses.filter((status) => status === 200).length);
  });

  it('is refused as well where the certificate of its administrator was revoked before its turn, and changes no account', async () => {
    const { serial } = (await run.certifyAdministrator('alice')).answer as { serial: string };
    const verifiers = { 'SHA-256': 'b'.repeat(64) };
    const slow = [
      {
        path: '/accounts',
        ...slowBody(JSON.stringify({ accounts: [{ address: 'late@contoso.example', verifiers }] })),
      },
      {
        path: '/accounts/change',
        ...slowBody(JSON.stringify({ address: 'user0@contoso.example', state: 'disabled' })),
      },
    ];
    const answers = slow.map(({ body, path }) => post(path, 'alice', body, serial));
    const revoked = await post('/revoke', 'alice', JSON.stringify({ serial, reason: 'keyCompromise' }));
    expect(revoked.status).toBe(200);
    for (const { end } of slow) end();
    for (const answer of answers)
      expect(await (await answer).json()).toMatchObject({ status: 403, reason: 'requester-revoked' });
  });
});
