import type { MutationPatch, PatchList } from '../patch.ts';

const oneAtATime = 'packages/host/src/plain-http/one-at-a-time.ts';

const line = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/plain-http/one-at-a-time.test.ts',
  title,
});

/** What one caller, or one address, can make an authority hold and do at once. */
export const patches: PatchList = {
  name: 'authority-load',
  list: [
    {
      name: 'one-at-a-time',
      off: 'all requests of a packet are answered at once',
      file: oneAtATime,
      find: 'if (!this.#isAnswering) {',
      replace: 'if (!this.#isAnswering || exchange !== undefined) {',
      test: line(
        'answers what a connection sends early in order, each when the answer before is written, and reads no more until then',
      ),
    },
    {
      name: 'reading-pauses',
      off: 'a connection is read on while its requests wait',
      file: oneAtATime,
      find: 'if (this.#waiting.length > 0) socket.pause();',
      replace: '',
      test: line(
        'answers what a connection sends early in order, each when the answer before is written, and reads no more until then',
      ),
    },
    {
      name: 'few-wait',
      off: 'any number of requests waits on a connection',
      file: oneAtATime,
      find: 'if (this.#waiting.length >= maxRequestsWaiting) {',
      replace: 'if (this.#waiting.length < 0) {',
      test: line('closes a connection that sends more than a few early, of which it starts one'),
    },
    {
      name: 'public-listeners',
      off: 'a public listener answers all requests of a packet at once',
      file: 'packages/host/src/plain-http/public-server.ts',
      find: 'return oneAtATime((incoming, outgoing) => {',
      replace: 'return ((listen: RequestListener) => listen)((incoming, outgoing) => {',
      test: line('closes a connection that sends more than a few early, of which it starts one'),
    },
    {
      name: 'short-lists-shared',
      off: 'each reader of a short list holds a copy of it',
      file: 'packages/pki/src/publication/signed-object.ts',
      find: 'new Response(sharedBody(body),',
      replace: 'new Response(body.length > 65_536 ? sharedBody(body) : new Uint8Array(body),',
      test: {
        file: 'packages/pki/test/long-list.test.ts',
        title: 'is not copied for anybody, however short it is',
      },
    },
  ],
};
