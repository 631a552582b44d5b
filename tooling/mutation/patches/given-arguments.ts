import type { PatchList } from '../patch.ts';

const sweep = 'tooling/check/given-arguments.test.ts';
const knowledge = 'packages/topology/test/given-knowledge.test.ts';
const ofPartners = 'packages/federation/test/given-arguments.test.ts';

/** What callers without a compiler give to accounts, topologies and the rules of partners, and anchors that cannot be any. */
export const patches: PatchList = {
  name: 'given-arguments',
  list: [
    {
      name: 'misspelt-existing',
      off: 'a misspelt word has an import overwrite accounts',
      file: 'packages/accounts/src/import/check-import.ts',
      find: "value !== undefined && value !== 'refuse' && value !== 'replace'",
      replace: "typeof value === 'symbol'",
      test: { file: sweep, title: "overwrite nothing where existing is 'Replace'" },
    },
    {
      name: 'version-left-out',
      off: 'a version that was left out is a conflict with one that nobody has',
      file: 'packages/accounts/src/directory/decisions.ts',
      find: "if (typeof expected !== 'number')",
      replace: "if (typeof expected === 'symbol')",
      test: { file: sweep, title: 'is a fault, and no conflict' },
    },
    {
      name: 'accounts-text',
      off: 'what is not a text fails somewhere inside, without a code',
      file: 'packages/accounts/src/given.ts',
      find: "if (typeof value !== 'string') throw unlike(place, 'a text', value, remedy);",
      replace: '',
      test: { file: sweep, title: 'is a fault with code, place and remedy: parseAccountAddress' },
    },
    {
      name: 'topology-as-argument',
      off: 'a document in the place of a topology fails somewhere inside, without a code',
      file: 'packages/topology/src/terms/given.ts',
      find: 'isRecord(value.document) && value.servers instanceof Map;',
      replace: "typeof value.document !== 'symbol';",
      test: { file: sweep, title: 'is a fault with code, place and remedy: certificateNames' },
    },
    {
      name: 'time-of-a-document',
      off: 'a document that has expired is accepted at a time that is none',
      file: 'packages/topology/src/signing/check-knowledge.ts',
      find: "  checkGiven(now, 'number',",
      replace: "  checkGiven(0, 'number',",
      test: { file: knowledge, title: 'at the time NaN, though it may have expired' },
    },
    {
      name: 'administrators-of-nobody',
      off: 'with a misspelt hash of the administrators a document is accepted that anybody has signed',
      file: 'packages/topology/src/signing/check-knowledge.ts',
      find: "else if (!isRecord(known) || typeof known.administratorSetHash !== 'string')",
      replace: "else if (!isRecord(known) || typeof known.administratorSetHash === 'symbol')",
      test: { file: knowledge, title: "where nothing says whose it may be: { administratorsSetHash: 'ab' }" },
    },
    {
      name: 'time-of-a-trust-state',
      off: 'a trust state of the future or the past is accepted at a time that is none',
      file: 'packages/topology/src/terms/given.ts',
      find: '(value) => Number.isFinite(value)',
      replace: "(value) => typeof value !== 'symbol'",
      test: { file: knowledge, title: 'where clocks may differ by NaN, though it may be of the future' },
    },
    {
      name: 'direction-of-a-message',
      off: 'a misspelt direction lets identities for internal use leave',
      file: 'packages/federation/src/message-authority.ts',
      find: "if (direction !== 'in' && direction !== 'out')",
      replace: "if (typeof direction === 'symbol')",
      test: { file: ofPartners, title: "are not kept in a message that leaves in the direction 'outbound'" },
    },
    {
      name: 'domains-as-a-text',
      off: 'a partner whose domains are a text speaks for each part of it',
      file: 'packages/federation/src/given.ts',
      find: "if (!Array.isArray(found) || !found.every((one) => typeof one === 'string'))",
      replace: 'if (found === undefined)',
      test: { file: ofPartners, title: 'does not speak for each part of it' },
    },
    {
      name: 'anchor-of-a-leaf',
      off: 'a certificate of a server in the place of a root refuses every peer without a word about it',
      file: 'packages/trust/src/node/vouching-anchors.ts',
      find: 'if (useless.length === set.anchors.length) throw fault;',
      replace: '',
      test: {
        file: 'packages/trust/src/node/stores.test.ts',
        title: 'are refused where there are no others, because every peer would be',
      },
    },
    {
      name: 'window-without-a-bound',
      off: 'a window for nonces whose bound is not a number grows without one',
      file: 'packages/sip/src/digest/replay-window.ts',
      find: "if (typeof value === 'number' && value > 0) return;",
      replace: "if (typeof value !== 'symbol') return;",
      test: { file: 'packages/sip/test/given-arguments.test.ts', title: 'has no bound of NaN nonces' },
    },
    {
      name: 'request-of-a-response',
      off: 'a response is cancelled, with a request that no server understands',
      file: 'packages/sip/src/message/check-given.ts',
      find: "if ((message as { readonly kind: string }).kind === 'request') return;",
      replace: "if ((message as { readonly kind: string }).kind !== '') return;",
      test: { file: 'packages/sip/test/given-arguments.test.ts', title: 'is not cancelled' },
    },
    {
      name: 'bounds-on-guesses',
      off: 'a bound on guesses that is undefined or misspelt bounds nothing',
      file: 'packages/sip-proxy/src/identity/guess-limit.ts',
      find: "...checkedBounds(rules, Object.keys(defaultGuessRules), 'GuessLimit')",
      replace: '...rules',
      test: {
        file: 'packages/sip-proxy/test/given-bounds.test.ts',
        title: 'are the default ones where they are undefined: nothing turns them off',
      },
    },
    {
      name: 'letters-as-a-key',
      off: 'routes are sealed with the letters of a text as their key',
      file: 'packages/sip-proxy/src/sealing/epoch-sealing.ts',
      find: 'if (isBytes && key.length >= keyBytes) return;',
      replace: 'if (key?.length >= keyBytes) return;',
      test: {
        file: 'packages/sip-proxy/test/given-bounds.test.ts',
        title: 'has no key of letters, and none that is too short or left out',
      },
    },
  ],
};
