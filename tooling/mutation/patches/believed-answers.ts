import type { MutationPatch, PatchList } from '../patch.ts';

const spoofed = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/spoofed-in-calls.test.ts',
  title,
});
const answers = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/believed-answers.test.ts',
  title,
});
const believedAnswer = 'packages/sip-relay/src/admission/believed-answer.ts';

/** Whom an answer may name, by who has brought it. */
export const patches: PatchList = {
  name: 'believed-answers',
  list: [
    {
      name: 'identity-in-the-answer-of-a-gateway',
      off: 'a gateway says in an answer who was reached',
      file: 'packages/mediation/src/numbers/caller.ts',
      find: '[asserted, ...fieldsOfNoGateway] as const',
      replace: 'fieldsOfNoGateway',
      test: spoofed('does not come in from a gateway, in a request or an answer'),
    },
    {
      name: 'answer-of-a-partner-at-mediation',
      off: 'an edge says over a mediation server who answers at a partner',
      file: 'packages/mediation/src/forwarding.ts',
      find: 'if (!this.#isGateway(server)) return believedAnswer(response, () => server, topology, isNumberOfUser);',
      replace: 'if (!this.#isGateway(server)) return response;',
      test: spoofed('does not come in with the answer of a partner'),
    },
    {
      name: 'answers-of-servers',
      off: 'a front end believes whatever server brings an answer',
      file: believedAnswer,
      find: 'if (isBelieved && !isApplication) return response;',
      replace: "if (server !== '') return response;",
      test: answers('of the telephone network says whom the call was for before, and of nobody who that is'),
    },
    {
      name: 'answers-of-applications',
      off: 'an application says in an answer which user has answered',
      file: believedAnswer,
      find: 'return address !== undefined && isOwnAddress(topology, server, address);',
      replace: 'return address !== undefined;',
      test: answers('names no user, nor anybody else'),
    },
    {
      name: 'answers-of-devices',
      off: 'a telephone says in an answer for whom the call was before',
      file: believedAnswer,
      find: 'if (server === undefined) return withoutFields(response, claimsOfEnds);',
      replace: 'if (server === undefined) return withoutFields(response, claims);',
      test: answers('of a telephone says of nobody who that is: 180'),
    },
    {
      name: 'answers-that-explain',
      off: 'who has accepted a call says in the name of a server why it was refused',
      file: believedAnswer,
      find: 'if (response.status < 300) return false;',
      replace: '',
      test: answers('of a partner says whom the call was for before, and of nobody who that is'),
    },
    {
      name: 'answers-in-another-name',
      off: 'an application explains in the name of another server',
      file: believedAnswer,
      find: 'server === undefined || response.all(diagnostics).every(',
      replace: "server !== '' || response.all(diagnostics).every(",
      test: answers('says why the application has refused, and nothing in the name of another server'),
    },
    {
      name: 'later-answers',
      off: 'a second device that accepts a call says who it is',
      file: 'packages/front-end/src/forwarding.ts',
      find: 'return believed(response, this.#target, this.#options);',
      replace: 'return response;',
      test: answers('of a telephone says of nobody who that is: 200'),
    },
    {
      name: 'answers-at-a-director',
      off: 'a director hands on who an edge says has answered',
      file: 'packages/director/src/forwarding.ts',
      find: 'return believedAnswer(response, () => server, topology(), isNumberOfUser);',
      replace:
        'return server === undefined ? believedAnswer(response, () => server, topology(), isNumberOfUser) : response;',
      test: {
        file: 'packages/director/test/director.test.ts',
        title:
          'of an edge says of nobody who that is, and that of a front end does: front ends believe what comes from here',
      },
    },
    {
      name: 'answers-of-devices-outside',
      off: 'a telephone outside says in an answer for whom the call was before',
      file: 'packages/edge/src/forwarding.ts',
      find: "return this.#forwarded.route.kind === 'device'",
      replace: "return this.#forwarded.route.kind === 'inside'",
      test: {
        file: 'packages/edge/src/edge.test.ts',
        title:
          'is stripped from the response of a device: whom the call was for before, and whose message it is, too',
      },
    },
  ],
};
