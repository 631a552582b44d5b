import type { MutationPatch, PatchList } from '../patch.ts';

const dial = 'packages/tls/src/dial/';
const test = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/kept-connections.test.ts',
  title,
});

/** Connections that the HTTP client keeps for further requests, and that their servers close. */
export const patches: PatchList = {
  name: 'kept-connections',
  list: [
    {
      name: 'closed-by-a-late-timer',
      off: 'a connection that its server is about to close carries another request where a timer is late',
      file: `${dial}agent.ts`,
      find: 'if (name === asked || performance.now() >= (this.#usable.get(last) ?? 0))',
      replace: 'if (name === asked)',
      test: test('carries none in the last second of those for which its server keeps it'),
    },
    {
      name: 'kept-without-end',
      off: 'a connection is kept for as long as its server keeps it, where that does not say for how long',
      file: `${dial}agent.ts`,
      find: 'const keptMs = 4_000;',
      replace: 'const keptMs = 400_000;',
      test: test('carries none after four seconds where its server does not say for how long it keeps it'),
    },
    {
      name: 'others-as-dead',
      off: 'a request that was lost is sent over another connection that is as dead',
      file: `${dial}http-client.ts`,
      find: '{ ...target, overAnother: true }',
      replace: '{ ...target, overAnother: false }',
      test: test('is replaced for every method that may be sent twice, with all that were kept beside it'),
    },
    {
      name: 'closed-twice',
      off: 'a server that closes two connections one after the other is said to refuse the certificate of this side',
      file: `${dial}http-client.ts`,
      find: 'throw refusedByPeer(failure)?.sent === true ? error : failure;',
      replace: 'throw failure;',
      test: test('is no refusal of the certificate of this side where its server closes the other one too'),
    },
    {
      name: 'order-sent-twice',
      off: 'a POST is sent twice',
      file: `${dial}http-client.ts`,
      find: 'if (!idempotent.has(request.method) || !canBeSentAgain',
      replace: 'if (!canBeSentAgain',
      test: test('takes a POST with it, which is not sent twice'),
    },
    {
      name: 'lost-over-a-new-connection',
      off: 'what a server answers with the end of a new connection is sent twice',
      file: `${dial}http-exchange.ts`,
      find: 'this.#outgoing.reusedSocket &&',
      replace: '',
      test: test('does not count as one that was kept where it is new: what it loses is not sent twice'),
    },
  ],
};
