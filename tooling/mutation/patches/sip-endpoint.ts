import type { MutationPatch, PatchList } from '../patch.ts';

const accepted = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/transaction/accepted-invites.test.ts',
  title,
});
const checked = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/checked-options.test.ts',
  title,
});

/** What an endpoint does with time and with answers. */
export const patches: PatchList = {
  name: 'sip-endpoint',
  list: [
    {
      name: 'stale-for-ever',
      off: 'a server that calls every nonce too old is answered for ever',
      file: 'packages/sip-endpoint/src/user-agent/user-agent-session.ts',
      find: 'answered < mostAnswers && isChallenge(response)',
      replace: 'answered < 10 && isChallenge(response)',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/user-agent-session.test.ts',
        title: 'is sent four times at most, whatever servers say of its nonces',
      },
    },
    {
      name: 'branches-of-one-connection',
      off: 'a client guesses the branches of requests to others, and answers in their place',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: 'connection.branchPrefix ??= this.newToken();',
      replace: "connection.branchPrefix = '0123456789abcdef01';",
      test: {
        file: 'packages/sip-endpoint/test/branches.test.ts',
        title: 'are new each time, and those of one connection tell nothing of another’s',
      },
    },
    {
      name: 'monotonic-timers',
      off: 'a change of the system clock ends or holds up every transaction',
      file: 'packages/sip-endpoint/src/timer/timer-wheel.ts',
      find: 'clock: () => number = monotonicNow',
      replace: 'clock: () => number = Date.now',
      test: {
        file: 'packages/sip-endpoint/src/timer/timer-wheel.test.ts',
        title: 'wakes when its time has passed, though the system clock is set by 3600000 ms',
      },
    },
    {
      name: 'every-2xx-acknowledged',
      off: 'the second device that answers is never acknowledged nor ended',
      file: 'packages/sip-endpoint/src/ask-request.ts',
      find: 'if (response.status >= 200 && response.status < 300) onFurtherSuccess?.(response);',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/forked-call.test.ts',
        title: 'acknowledges each of them, again when it answers again, and ends all but the first',
      },
    },
    {
      name: 'require',
      off: 'a call rings that requires what the telephone cannot do',
      file: 'packages/sip-endpoint/src/user-agent/answer-outside.ts',
      find: 'if (refused !== undefined) {',
      replace: "if (refused !== undefined && request.method === 'REGISTER') {",
      test: {
        file: 'packages/sip-endpoint/test/forked-call.test.ts',
        title: 'does not ring: it is answered 420, and the extensions are named (RFC 3261 §8.2.2.3)',
      },
    },
    {
      name: 'unwritable-request',
      off: 'a request that its sender has made too long is sent all the same',
      file: 'packages/sip-relay/src/relay/relay.ts',
      find: "if ('reason' in request) {",
      replace: "if ('reason' in request && request.status === 0) {",
      test: {
        file: 'packages/sip-relay/src/relay/unwritable-request.test.ts',
        title:
          'a request that cannot be written for its next hop because of its sender is refused, and nothing is said of the hop',
      },
    },
    {
      name: 'ack-dials',
      off: 'an ACK whose connection has closed is dropped',
      file: 'packages/sip-relay/src/relay/ack-forwarding.ts',
      find: 'else if (!(to instanceof SipConnection)) this.#dial(to, target, { groups, at, rules, sender });',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/relay/relay.test.ts',
        title: 'goes on although the connection of its dialog has closed: the next hop is dialled',
      },
    },
    {
      name: 'registration-half-life',
      off: 'a registration is renewed when it has ended already',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'Math.max(shortestWaitMs, ms / 2)',
      replace: 'Math.max(shortestWaitMs, ms + 1)',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'is renewed at half of the time that was granted, again and again',
      },
    },
    {
      name: 'registration-back-off',
      off: 'ten thousand clients ask a server that does not run without a pause',
      file: 'packages/sip-endpoint/src/user-agent/registration-state.ts',
      find: 'return longest * (0.5 + random / 2);',
      replace: 'return longest * 0;',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'waits longer after each failure, also after the first attempt, and tells of what it failed',
      },
    },
    {
      name: 'registration-unproven-flow',
      off: 'a server that accepts and closes at once is asked without a pause',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'if (this.#isProven && !isUp) {',
      replace: 'if (!isUp) {',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title:
          'waits where the connection breaks before a keep-alive was answered, so that no server is asked without pause',
      },
    },
    {
      name: 'registration-refused',
      off: 'a user whose password is wrong is asked for again and again',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'return status === 408 || status === 430 || status === 480;',
      replace: 'return status >= 400;',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'ends where the registrar answers 403: asking again is of no use',
      },
    },
    {
      name: 'keep-alive-answer',
      off: 'a dead connection counts as good until TCP finds out',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'connection.close();',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/keep-alive.test.ts',
        title: 'close the connection where no answer comes within 10 s',
      },
    },
    {
      name: 'keep-alive-learns',
      off: 'an address translator that forgets after 4 s cuts the user off again and again',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'const longest = Math.min(this.#longestMs, this.#learntMs);',
      replace: 'const longest = this.#longestMs;',
      test: {
        file: 'packages/front-end/test/stays-reachable.test.ts',
        title:
          'stays reachable for an hour over a server restart, an idle limit of 4 s and changed addresses',
      },
    },
    {
      name: 'flow-of-the-device',
      off: 'a binding whose connection has died unnoticed stays beside the new one',
      file: 'packages/sip-endpoint/src/user-agent/register-request.ts',
      find: "return this.#isOutbound ? address.withParameter('reg-id', regId) : address;",
      replace: 'return address;',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/register-request.test.ts',
        title:
          'names device and flow, the same each time, so that the registrar replaces the one before (RFC 5626 §4.2)',
      },
    },
    {
      name: 'next-server',
      off: 'a user agent dials the server again that has just failed, and no other',
      file: 'packages/sip-endpoint/src/user-agent/home-server.ts',
      find: 'suspect(connection, why)) this.#avoidsLast = true;',
      replace: 'suspect(connection, why)) this.#avoidsLast = false;',
      test: {
        file: 'packages/sip-endpoint/test/other-servers.test.ts',
        title:
          'registers at the next one when the connection to the first breaks, and what follows goes there',
      },
    },
    {
      name: 'credentials-in-ack',
      off: 'the ACK for a 2xx has no credentials, and a server drops it',
      file: 'packages/sip-endpoint/src/user-agent/invite-answers.ts',
      find: "for (const name of ['Authorization', 'Proxy-Authorization'])",
      replace: 'for (const name of [])',
      test: {
        file: 'packages/sip-endpoint/test/forked-call.test.ts',
        title:
          'has the credentials of the INVITE in its ACK, which nobody can challenge (RFC 3261 §13.2.2.4)',
      },
    },
    {
      name: 'chosen-answer-is-final',
      off: 'an application answers with a provisional status, and the request hangs',
      file: 'packages/sip-endpoint/src/user-agent/answer.ts',
      find: 'wholeNumber(200, 699,',
      replace: 'wholeNumber(100, 699,',
      test: {
        file: 'packages/sip-endpoint/test/in-call.test.ts',
        title: 'is answered as the application chooses: a provisional status, which is none: 500',
      },
    },
    {
      name: 'accepted-copies',
      off: 'a copy of an INVITE that was accepted is a new call',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "if (request.method === 'INVITE' && this.accepted.hasReceived(branch, request, connection))",
      replace: 'if (this.accepted.size < 0)',
      test: accepted(
        'is found for 32 seconds: its copies are absorbed, its further 2xx delivered, and then neither',
      ),
    },
    {
      name: 'accepted-by-whom',
      off: 'anybody who knows its branch answers a call that was accepted once more',
      file: 'packages/sip-endpoint/src/transaction/accepted-invites.ts',
      find: 'end.key === branch && mayAnswer(end.connection, connection)',
      replace: 'end.key === branch && mayAnswer(end.connection, end.connection)',
      test: accepted(
        'belongs to its connections: the same branch over another one is another INVITE, or nobody’s answer',
      ),
    },
    {
      name: 'accepted-makes-room',
      off: 'calls that were accepted keep their sender from calling',
      file: 'packages/sip-endpoint/src/transaction/accepted-invites.ts',
      find: 'ledger?.forgettable.add(accepted);',
      replace: '',
      test: accepted(
        'is memory of its sender, and goes before its time where that has no room for what comes',
      ),
    },
    {
      name: 'accepted-with-one-hash',
      off: 'who chooses branches with one hash has everybody wait while they are looked through',
      file: 'packages/sip-endpoint/src/transaction/accepted-ends.ts',
      find: 'if (++count === mostInSlot) return false;',
      replace: 'count++;',
      test: accepted('have no room for more than sixteen that somebody has given one hash'),
    },
    {
      name: 'misspelt-option',
      off: 'an option of a user agent that is misspelt is left out without a word',
      file: 'packages/sip-endpoint/src/options/option-rules.ts',
      find: 'if (Object.hasOwn(inside, name)) continue;',
      replace: 'if (name !== undefined) continue;',
      test: checked(
        'are refused where they are with a server that is misspelt, and the fault names the option',
      ),
    },
    {
      name: 'dial-that-is-not-called',
      off: 'what dials brings no socket, and nothing says which option is wrong',
      file: 'packages/sip-endpoint/src/user-agent/check-options.ts',
      find: "if (typeof socket === 'object' && socket !== null && peerOf(socket) !== undefined)",
      replace: 'if (socket !== null)',
      test: checked('that dial what has no verdict are told so at the first attempt, and there is no other'),
    },
    {
      name: 'message-without-text',
      off: 'a MESSAGE whose text is left out is sent as an empty one',
      file: 'packages/sip-endpoint/src/user-agent/check-options.ts',
      find: `checkArgument(body, anyText("give the text as second argument, '' for an empty one"), 'text', 'message');`,
      replace: '',
      test: checked('is refused before anything is dialled: a MESSAGE without a text'),
    },
    {
      name: 'retried-for-ever',
      off: 'a registration is tried again for ever that fails of what the caller gave',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'if (isCallersFault(error)) this.abandon();',
      replace: 'if (error === undefined) this.abandon();',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'ends where an attempt fails of what the caller gave, and a later attempt says so',
      },
    },
    {
      name: 'any-time-of-registration',
      off: 'a user agent registers for a time that is not a number',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: '    checkExpires(expiresSeconds);\n',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/checked-options.test.ts',
        title: 'is refused before anything is dialled: a registration for a time that is a text',
      },
    },
    {
      name: 'address-that-is-not-a-uri',
      off: 'an address that is not a URI is found out about after half a minute without a connection',
      file: 'packages/sip-endpoint/src/user-agent/outside-calls.ts',
      find: "checkArgument(to, uri('give the address, such as sip:bob@contoso.example'), 'to', of);",
      replace: '',
      test: checked('is refused before anything is dialled: a MESSAGE to what is not a URI'),
    },
    {
      name: 'call-to-what-is-not-a-uri',
      off: 'a call to any text waits for a connection before it fails',
      file: 'packages/sip-endpoint/src/options/option-rules.ts',
      find: "fits: (value) => typeof value === 'string' && parseUri(value).ok,",
      replace: "fits: (value) => typeof value === 'string' && value !== '',",
      test: checked('is refused before anything is dialled: a call to what is not a URI'),
    },
    {
      name: 'user-without-a-name',
      off: 'a domain is taken for a user',
      file: 'packages/sip-endpoint/src/user-agent/check-options.ts',
      find: " && (parsed.value.rawUser ?? '') !== ''",
      replace: '',
      test: checked(
        'are refused where they are with an address without a user, and the fault names the option',
      ),
    },
    {
      name: 'dialling-without-trust',
      off: 'what dials without a trust is found out about at the first registration',
      file: 'packages/sip-endpoint/src/user-agent/dial-as-user.ts',
      find: "  checkOptions(options, rules, 'dialAsUser');\n",
      replace: '',
      test: checked('are refused at once where they are empty'),
    },
  ],
};
