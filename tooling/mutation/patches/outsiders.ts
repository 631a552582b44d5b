import type { PatchList } from '../patch.ts';

/** What outsiders are given at the edge (row 19): only what proves itself, and no name of a server inside. */
export const patches: PatchList = {
  name: 'outsiders',
  list: [
    {
      name: 'forged-list',
      off: 'the edge serves a list that the authority at its path has not signed',
      file: 'packages/edge/src/publication/mirrored-objects.ts',
      find: '.find((candidate) => issued(authority, candidate) && isSignedBy(candidate, authority));',
      replace: '.find((candidate) => issued(authority, candidate));',
      test: {
        file: 'packages/edge/src/publication/mirrored-objects.test.ts',
        title: 'serves a list only if the authority at that path has signed it',
      },
    },
    {
      name: 'strange-authority',
      off: 'the edge serves certificates of authorities that are not below our roots',
      file: 'packages/edge/src/publication/mirrored-objects.ts',
      find: 'if (!roots.some((root) => issued(root, authority) && isSignedBy(authority, root))) continue;',
      replace: 'if (roots.length === 0) continue;',
      test: {
        file: 'packages/edge/src/publication/mirrored-objects.test.ts',
        title: 'serves no certificate of a CA that is not ours, e.g. of a public one that certified our name',
      },
    },
    {
      name: 'bundle-root',
      off: 'the edge shows partners a root that the topology does not pin',
      file: 'packages/edge/src/publication/mirrored-bundle.ts',
      find: 'if (!rules.roots.has(sha256))',
      replace: 'if (rules.roots.size === 0)',
      test: {
        file: 'packages/edge/src/publication/mirrored-bundle.test.ts',
        title: 'is refused with a root that nobody has pinned, beside one that is',
      },
    },
    {
      name: 'bundle-sequence',
      off: 'an older bundle replaces a newer one',
      file: 'packages/edge/src/publication/mirrored-bundle.ts',
      find: 'if (rules.known !== undefined && sequence < rules.known)',
      replace: 'if (rules.known !== undefined && sequence < 0)',
      test: {
        file: 'packages/edge/src/publication/mirrored-bundle.test.ts',
        title: 'never goes back to an older sequence number',
      },
    },
    {
      name: 'inside-names',
      off: 'certificates that outsiders see name the authority inside',
      file: 'packages/authority/src/outside-view.ts',
      find: 'if (objectsUrls.length === 0) return undefined;',
      replace: 'if (objectsUrls.length >= 0) return undefined;',
      test: {
        file: 'packages/testkit/test/outsiders.test.ts',
        title: 'names in certificates that outsiders see only the edge, and no server inside',
      },
    },
    {
      name: 'kept-issuer',
      off: 'after a restart, a list of anybody replaces the one that was kept',
      file: 'packages/trust/src/node/fetch/revocation-fetcher.ts',
      find: '(one) => one.issuer !== undefined && (isDue(one.crl, now) || isOld(one, refreshEveryMs, now)),',
      replace: '(one) => isDue(one.crl, now) || isOld(one, refreshEveryMs, now),',
      test: {
        file: 'packages/trust/src/node/fetch/revocation-fetcher.test.ts',
        title: 'a list whose issuer was not kept stays as it is until a chain names it again',
      },
    },
    {
      name: 'claims-of-partners',
      off: 'a partner transfers a user of ours in the name of another',
      file: 'packages/edge/src/inward-fields.ts',
      find: "if (arrival.kind === 'partner') withoutClaims(editor, request, partnerClaims(topology));",
      replace: '',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is taken off, and the request comes in: Referred-By',
      },
    },
    {
      name: 'claims-by-number',
      off: 'a partner names a user of ours by a number, which has no domain',
      file: 'packages/sip-relay/src/claims/claims-of-partners.ts',
      find: "if (uri.kind !== 'sip') return false;",
      replace: "if (uri.kind !== 'sip') return true;",
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is taken off where it is a number, which has no domain',
      },
    },
    {
      name: 'claims-of-others',
      off: 'what a partner says of its own users is lost where it also names one of ours',
      file: 'packages/sip-relay/src/field-changes.ts',
      find: 'ofOneValue.has(name) ? kept[0] : oneLine(kept)',
      replace: 'undefined',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is taken off alone: what else its forwards say stays as it came',
      },
    },
    {
      name: 'fields-of-networks',
      off: 'a partner or a gateway says how a call is charged, and how much it matters',
      file: 'packages/sip-relay/src/claims/claims-of-outsiders.ts',
      find: 'for (const name of fieldsOfNetworks) if (message.has(name)) changes.push([name, undefined]);',
      replace: '',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is taken off what a partner sends, and the request comes in: P-Charging-Vector',
      },
    },
    {
      name: 'priority-of-outsiders',
      off: 'a partner says that a call matters more than others',
      file: 'packages/sip-relay/src/claims/fields-of-networks.ts',
      find: "  'Resource-Priority',\n",
      replace: '',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'says nothing of what servers of one network say to each other: Resource-Priority',
      },
    },
    {
      name: 'answers-by-itself',
      off: 'a partner has telephones of ours answer, and listens in',
      file: 'packages/sip-relay/src/claims/claims-of-outsiders.ts',
      find: 'for (const name of answeringFields) if (message.has(name)) changes.push([name, undefined]);',
      replace: '',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is taken off, and the call comes in: Answer-Mode: Auto;require',
      },
    },
    {
      name: 'answers-after',
      off: 'the same by a parameter of Call-Info',
      file: 'packages/sip-relay/src/claims/claims-of-outsiders.ts',
      find: '!answersByItself.test(value) && ',
      replace: '',
      test: {
        file: 'packages/edge/src/claims-of-partners.test.ts',
        title: 'is taken off, and the call comes in: Call-Info: <sip:fabrikam.example>;answer-after=0',
      },
    },
    {
      name: 'closed-row',
      off: 'an edge is named where the topology closes the link to outsiders',
      file: 'packages/topology/src/matrix/outside-objects.ts',
      find: 'return asked ? external : undefined;',
      replace: 'return external;',
      test: {
        file: 'packages/topology/test/outside-objects.test.ts',
        title: 'is not at an edge for which the topology closes the link to outsiders',
      },
    },
  ],
};
