import type { MutationPatch, PatchList } from '../patch.ts';

const forwarding = 'packages/mediation/src/forwarding.ts';
const border = 'packages/mediation/src/gateways/gateway-border.ts';
const claims = 'packages/mediation/src/numbers/claims-of-gateways.ts';

const test = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/claims-of-gateways.test.ts',
  title,
});

const routes = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/routes-of-gateways.test.ts',
  title,
});

/** What the telephone network says of users of ours, would have their telephones do, and keeps them from ending. */
export const patches: PatchList = {
  name: 'claims-of-gateways',
  list: [
    {
      name: 'requests',
      off: 'who calls a number has the telephone of a user answer, and listens in',
      file: forwarding,
      find: 'withoutClaims(editor, request, gatewayClaims(this.#known));',
      replace: '',
      test: test('has no telephone answer by itself: Answer-Mode'),
    },
    {
      name: 'answers',
      off: 'a gateway names users of ours in answers, and what telephones fetch or do',
      file: forwarding,
      find: 'answerWithoutClaims(restored, gatewayClaims(this.#known))',
      replace: 'restored',
      test: test('leads to no address with fields in it: 302'),
    },
    {
      name: 'numbers-of-partners',
      off: 'an answer of a partner over a mediation server names a user of ours by the number',
      file: forwarding,
      find: 'believedAnswer(response, () => server, topology, isNumberOfUser)',
      replace: 'believedAnswer(response, () => server, topology)',
      test: test('names no user of ours by a number at a domain of the partner'),
    },
    {
      name: 'users',
      off: 'a gateway says that a call was for a user of ours before',
      file: claims,
      find: "refuseOutsideCaller('From', uri, known) === undefined",
      replace: "uri.scheme !== ''",
      test: test('names no user of ours: Diversion'),
    },
    {
      name: 'unnamed',
      off: 'a gateway names anybody at a host of those who are not named',
      file: 'packages/sip-relay/src/numbering/outside-caller.ts',
      find: ' && word.test(user));',
      replace: ');',
      test: test('is diverted by numbers outside, and by whom nobody names'),
    },
    {
      name: 'warnings',
      off: 'a gateway warns in the name of a server of ours',
      file: claims,
      find: '(agent) => isAgentOfOthers(agent, topology)',
      replace: '() => true',
      test: test('warns in the name of no server of ours, and leads to no address with fields in it'),
    },
    {
      name: 'message-ids',
      off: 'the telephone network writes the id of what a room delivers',
      file: 'packages/mediation/src/numbers/caller.ts',
      find: "  'Entente-Message-Id',\n",
      replace: '',
      test: test('writes nothing of what rooms deliver'),
    },
    {
      name: 'target-dialog',
      off: 'a gateway proves by Target-Dialog to know a call of others',
      file: 'packages/mediation/src/transfers/refuse-transfer.ts',
      find: 'const field = otherCallOf(request);',
      replace: "const field = ['Replaces', 'Join'].find((name) => request.has(name));",
      test: test('takes over no call of others: Target-Dialog'),
    },
    {
      name: 'routes-in-answers',
      off: 'a gateway repeats our entry in the route, and the user cannot hang up',
      file: border,
      find: 'const kept = this.#options.routesOf(others);',
      replace: 'const kept = others;',
      test: routes('leads back to us nowhere, so that the user hangs up: our entry twice'),
    },
    {
      name: 'routes-in-requests',
      off: 'the same in a call that the gateway begins',
      file: forwarding,
      find: 'this.#border.routes(editor, request, inside);',
      replace: '',
      test: routes('leads back to us nowhere in a call of its own'),
    },
    {
      name: 'unreadable-routes',
      off: 'the same with an entry that nobody can read',
      file: 'packages/mediation/src/gateways/leads-inside.ts',
      find: 'return parsed.ok && !leadsInside(parsed.value.uri, topology);',
      replace: 'return !parsed.ok || !leadsInside(parsed.value.uri, topology);',
      test: routes('leads back to us nowhere, so that the user hangs up: what cannot be read'),
    },
  ],
};
