import type { MutationPatch, PatchList } from '../patch.ts';

const authorityServer = (title: string): MutationPatch['test'] => ({
  file: 'apps/authority-server/test/domain-keys.test.ts',
  title,
  inOrder: true,
});
const store = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/src/domain-keys/key-store.test.ts',
  title,
});
const files = (title: string): MutationPatch['test'] => ({
  file: 'packages/pki/src/node/write-whole.test.ts',
  title,
});

const revocations: MutationPatch['test'] = {
  file: 'packages/authority/src/domain-revocations.test.ts',
  title:
    'notes whose keys are void before a certificate is revoked that the ledger does not have, and goes on from there after a crash',
};

/** Who has the keys that open routes, from when, and for how long. */
export const patches: PatchList = {
  name: 'domain-keys',
  list: [
    {
      name: 'compromised-once',
      off: 'a server that was moved to another pool makes the keys of that void at each start, because of a key that it had before',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: 'if (before.some((at) => at === since || (at > since && at <= now))) return;',
      replace: 'if (before.length < 0) return;',
      test: store(
        'whose key was compromised keeps nothing void that it gets later, in another pool, also after a restart',
      ),
    },
    {
      name: 'owed-on-disk',
      off: 'a crash while a certificate is revoked that the ledger does not have leaves its holder the keys of its pool',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'if (keyCompromises.has(reason)) await noteOwed(',
      replace: 'if (reason === undefined) await noteOwed(',
      test: revocations,
    },
    {
      name: 'owed-at-the-start',
      off: 'what was noted before a crash is not done at the start',
      file: 'packages/authority/src/domain-revocations.ts',
      find: "for (const [subject, at] of domainKeys.owed) owe(subject, { at, reason: 'keyCompromise' });",
      replace: '',
      test: revocations,
    },
    {
      name: 'of-another-pool',
      off: 'a server whose certificate does not name the pool gets the keys of the pool',
      file: 'packages/authority/src/domain-keys/may-have-keys.ts',
      find: 'caller.names.includes(pool)',
      replace: "caller.kind === 'server'",
      test: {
        file: 'packages/authority/src/domain-keys/may-have-keys.test.ts',
        title: 'are none where its certificate does not name the pool that the topology gives it',
      },
    },
    {
      name: 'for-anybody',
      off: 'a caller without certificate is asked for none before it may have keys',
      file: 'packages/authority/src/routes/domain-key-routes.ts',
      find: "  app.get('/domain-keys', async (c) => {\n    const { caller } = c.env;\n    const refused = guard('member', caller);",
      replace:
        "  app.get('/domain-keys', async (c) => {\n    const { caller } = c.env;\n    const refused = undefined as Response | undefined;",
      test: authorityServer('gives an administrator nothing, and nothing to a caller without certificate'),
    },
    {
      name: 'removed-server',
      off: 'a server that was removed from its pool takes the keys along, and the others go on sealing with them',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: 'if (leaving.length === 0) continue;',
      replace: 'if (leaving.length < 1e9) continue;',
      test: store(
        'and is of it no more leaves the others with a new one, also where the authority learns of it after a restart',
      ),
    },
    {
      name: 'compromised-after-leaving',
      off: 'the keys that a server had go on opening, where its key turns out to be stolen after it has left',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: 'if (isDone || !(holders.has(server) || former.has(server))) continue;',
      replace: 'if (isDone || !holders.has(server)) continue;',
      test: store(
        'whose key turns out to be compromised after it has left makes all void that it had, also after a restart, and once',
      ),
    },
    {
      name: 'settled-ahead',
      off: 'keys that may be stolen stay, because a clock that was ahead has settled a compromise before',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: '(at > since && at <= now)',
      replace: 'at > since',
      test: store(
        'makes void what it had until its key is declared compromised, although a clock that was ahead has settled one before',
      ),
    },
    {
      name: 'settled-each',
      off: 'the dialogs of a pool end at each start, where a clock that was ahead has settled a compromise before another one',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: '[...before.filter((at) => at > now), since]',
      replace: '[since]',
      test: store(
        'makes void what it had until its key is declared compromised, although a clock that was ahead has settled one before',
      ),
    },
    {
      name: 'begun-ahead',
      off: 'keys that may be stolen stay, because a clock that was ahead has made them',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: 'sealsFrom > since && sealsFrom <= now',
      replace: 'sealsFrom > since',
      test: store('makes void what began in the future, where a clock that was ahead has made it'),
    },
    {
      name: 'unsettled-meanwhile',
      off: 'pool keys that may be stolen stay, where an attempt that began before has succeeded after one that failed',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'if (own === begun) isUnsettled = false;',
      replace: 'isUnsettled = own < 0;',
      test: {
        file: 'packages/authority/src/domain-revocations.test.ts',
        title:
          'changes keys again that could not be changed, also where an attempt that began before has succeeded since',
      },
    },
    {
      name: 'unsettled-keys',
      off: 'pool keys that may be stolen stay, where they could not be changed once',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'if (isUnsettled) await settle();',
      replace: '',
      test: {
        file: 'packages/authority/test/compromise-after-fault.test.ts',
        title: 'changes them with the periodic work, without another order',
      },
    },
    {
      name: 'compromised',
      off: 'keys that may be in the hands of others go on opening routes',
      file: 'packages/pki/src/domain-keys/rotation.ts',
      find: "if (why === 'compromised') return",
      replace: "if (why === ('never' as string)) return",
      test: store('whose key is compromised leaves the others with a new one alone'),
    },
    {
      name: 'recorded-before-given',
      off: 'keys are given out that are not on disk',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: '    await writeKeys(this.#options.directory, kept);\n    this.#kept = kept;',
      replace: '    this.#kept = kept;\n    void writeKeys(this.#options.directory, kept).catch(() => {});',
      test: store('are on disk, for their owner alone, before anybody has them: the key, and who gets it'),
    },
    {
      name: 'end-of-a-key',
      off: 'an old key opens for ever',
      file: 'packages/pki/src/domain-keys/pool-keys.ts',
      find: 'else if (key.opensUntil > now) {',
      replace: 'else if (now > 0) {',
      test: {
        file: 'packages/member/test/domain-keys.test.ts',
        title:
          'change in a running server: a new one opens at once, seals in its time, and the old one opens for a week more',
      },
    },
    {
      name: 'of-one-process',
      off: 'an edge seals routes with keys of its own process, so no dialog outlives it',
      file: 'packages/edge/src/serve-edge.ts',
      find: "createSealing(member.keysFor('routes'), randomBytes)",
      replace:
        '((key) => createSealing({ current: { epoch: 0, key }, keyOf: () => key }, randomBytes))(randomBytes(32))',
      test: {
        file: 'packages/testkit/test/domain-keys.test.ts',
        title: 'an edge carries the dialogs of a partner on, in both directions',
      },
    },
    {
      name: 'names-of-the-inside',
      off: 'a server that is moved to another pool keeps a certificate that does not name it, and so has no keys for days',
      file: 'packages/member/src/join/joined-member.ts',
      find: "if (what === 'topology') this.#fit(parts.internal, 'internal');",
      replace: "if (what === 'lists') this.#fit(parts.internal, 'internal');",
      test: {
        file: 'packages/member/test/member-end.test.ts',
        title:
          'had asked for another certificate of its inside when the topology gave it other names, and for none while they were the same',
      },
    },
    {
      name: 'guessed-draft',
      off: 'a secret is written through a file or link that somebody else has put in the place of its draft',
      file: 'packages/pki/src/node/write-whole.ts',
      find: 'constants.O_EXCL | constants.O_NOFOLLOW',
      replace: 'constants.O_TRUNC',
      test: files('is created by its writer alone: nothing that has its name already is opened'),
    },
    {
      name: 'exposed-secret',
      off: 'a file of secrets is read though others can read and write it',
      file: 'packages/pki/src/node/read-secret.ts',
      find: 'if ((status.mode & othersMask) !== 0)',
      replace: 'if ((status.mode & othersMask) < 0)',
      test: files(
        'is refused where others may read it, where it is a link or a folder, and where it is too long',
      ),
    },
  ],
};
