import type { MutationPatch, PatchList } from '../patch.ts';

const limit = 'packages/sip-proxy/src/identity/guess-limit.ts';
const admission = 'packages/sip-relay/src/admission/admission.ts';

const places = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/src/identity/guess-places.test.ts',
  title,
});
const refreshes = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/test/refreshes-while-guessed.test.ts',
  title,
});

const proven = 'packages/sip-relay/src/admission/proven-connections.ts';
const overEdges = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/test/refreshes-over-edges.test.ts',
  title,
});

/** How fast passwords can be guessed, and by whom somebody else is held up. */
export const patches: PatchList = {
  name: 'guesses',
  list: [
    {
      name: 'of-a-realm',
      off: 'the password of a user of one domain is guessed by one who has the same name in another',
      file: limit,
      find: '{ realm, username }: GuessedUser',
      replace: '{ username: realm, username }: GuessedUser',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title:
          'is counted for each realm by itself: a password that is right in one says nothing of the other',
      },
    },
    {
      name: 'with-made-up-names',
      off: 'who makes up names has the count of a user forgotten, and guesses on',
      file: limit,
      find: 'if (count === undefined || count.until <= now) return;',
      replace: 'if (count === undefined || count.until > 0) return;',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title: 'of names that are made up lets nobody be forgotten for whom somebody waits',
      },
    },
    {
      name: 'of-a-user-forgotten',
      off: 'who pauses before the bound is reached guesses the password of a user a hundred times in five minutes, from ever new addresses',
      file: limit,
      find: ', forgetsOneInMs: longestWaitMs });',
      replace: ' });',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title:
          'of one user goes no faster where the guesses pause before the bound is reached; that there is such a user: true',
      },
    },
    {
      name: 'with-invented-names',
      off: 'who invents names has the wrong passwords of a user forgotten before the bound is reached',
      file: limit,
      find: 'isUser ? this.#users : this.#invented',
      replace: 'this.#users',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title: 'of one user is counted on, however many names are invented meanwhile',
      },
    },
    {
      name: 'of-neighbours',
      off: 'an outsider holds up all users of an address that many share',
      file: limit,
      find: 'this.#known.has(pair) ? ofPair :',
      replace: 'this.#known.has(pair) ? Math.max(ofPair, ofAddress) :',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title:
          'for others, from an address that many share, does not hold the user up who has authenticated there',
      },
    },
    {
      name: 'of-a-pair',
      off: 'a user whose password is guessed from one address alone is guessed on',
      file: limit,
      find: 'if (this.#pairs.size === 0 && ofAddress === 0 && ofUser === 0)',
      replace: 'if (ofUser === 0)',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title: 'makes everybody wait as long as the three counts say, in whichever order things happen',
      },
    },
    {
      name: 'known-by-use',
      off: 'a user who authenticates all the time is forgotten when others do, and then held up by guesses from elsewhere',
      file: limit,
      find: 'now - before.at < orderMs',
      replace: 'now - before.at < 1e12',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title: 'knows a user who authenticates with every request, however many others come and go',
      },
    },
    {
      name: 'at-the-connection-of-a-user',
      off: 'who guesses from the address of a user lets the registration of the user run out',
      file: limit,
      find: 'if (this.#mayTryOn(place.provenOn, name)) return 0;',
      replace: '',
      test: refreshes(
        'refreshes there with the right password, however much is guessed from the same address',
      ),
    },
    {
      name: 'on-a-connection-without-end',
      off: 'on a connection on which a user has authenticated, passwords are guessed without limit',
      file: limit,
      find: '(this.#onConnections.get(connection)?.get(name) ?? 0) < this.#rules.triesOnConnection',
      replace: '(this.#onConnections.get(connection)?.get(name) ?? 0) >= 0',
      test: refreshes('has three wrong passwords there, then waits as long as everybody at the address'),
    },
    {
      name: 'on-a-connection-of-another',
      off: 'who has an account guesses the passwords of others on connections of its own',
      file: proven,
      find: '(origin.users.get(userAddress(user, user.realm)) ?? 0) > now ? origin : undefined',
      replace: 'user.realm !== String(now) ? origin : undefined',
      test: refreshes('opens no way to guess for another user on the same connection'),
    },
    {
      name: 'on-a-connection-signed-out',
      off: 'who knows a password that was changed guesses the new one on the connections it has',
      file: proven,
      find: '(origin.users.get(userAddress(user, user.realm)) ?? 0) > now ? origin',
      replace: '(origin.users.get(userAddress(user, user.realm)) ?? 0) >= 0 ? origin',
      test: refreshes('waits there with the others once it was signed out, or the proof is too old'),
    },
    {
      name: 'at-the-connection-outside',
      off: 'who guesses from the address of a user outside lets the registration of the user run out',
      file: admission,
      find: 'this.#proven.proveOutside({',
      replace: 'void ({',
      test: overEdges(
        'refreshes there with the right password, however much is guessed over the edge from the same address',
      ),
    },
    {
      name: 'on-a-connection-outside-of-before',
      off: 'who knows a password that was changed guesses the new one on a connection at an edge',
      file: proven,
      find: 'proof.by === this.#verifiers(user)',
      replace: "proof.by !== ''",
      test: overEdges(
        'waits there with the others when the password is another one, the account is disabled, or the proof is too old',
      ),
    },
    {
      name: 'on-a-connection-outside-when-disabled',
      off: 'a user who may not sign in keeps the tries of a connection at an edge',
      file: proven,
      find: 'if (this.#credentials.isDisabled?.(username, realm) === true) return undefined;',
      replace: '',
      test: overEdges(
        'waits there with the others when the password is another one, the account is disabled, or the proof is too old',
      ),
    },
    {
      name: 'on-few-connections-outside',
      off: 'one user fills the memory of a server with connections at edges',
      file: proven,
      find: 'makeRoom(known, maxConnections);',
      replace: '',
      test: overEdges('is known on the sixteen connections on which it was proven last'),
    },
    {
      name: 'connections-that-edges-name',
      off: 'an application that nobody believes names a connection on which a user has tries',
      file: 'packages/sip-relay/src/admission/outside-connection.ts',
      find: 'isEdge(origin) ? topVia',
      replace: "isEdge({ ...origin, protection: { peer: { role: 'edge' } } } as typeof origin) ? topVia",
      test: overEdges('nor has one that is named by an application'),
    },
    {
      name: 'connections-of-one-edge',
      off: 'a connection at one edge has the tries of another one at another edge',
      file: 'packages/sip-relay/src/admission/outside-connection.ts',
      find: 'origin.server}',
      replace: "''}",
      test: overEdges(
        'opens no way to guess for another user on the same connection, nor on that of this name at another edge',
      ),
    },
    {
      name: 'connections-are-named',
      off: 'an edge does not say over which connection of a client a request came',
      file: 'packages/edge/src/forwarding.ts',
      find: "sender.arrival.kind === 'client' && request.method !== 'ACK'",
      replace: "sender.arrival.kind === 'client' && request.method === ''",
      test: {
        file: 'packages/edge/src/connections-of-clients.test.ts',
        title:
          'has a name in the Via of the edge, another one for each connection, and not that of its routes',
      },
    },
    {
      name: 'forgiven-by-a-refresh',
      off: 'each refresh of a user gives those who guess from the same address further tries',
      file: limit,
      find: 'if (provenOn === undefined) this.#pairs.delete(pair);\n    else',
      replace: 'this.#pairs.delete(pair);\n    if (provenOn !== undefined)',
      test: refreshes(
        'refreshes there with the right password, however much is guessed from the same address',
      ),
    },
    {
      name: 'over-web-for-telephones',
      off: 'web services that were broken into hold up every telephone whose address they name',
      file: limit,
      find: 'over === undefined ? address :',
      replace: "over !== '' ? address :",
      test: places('hold up who comes over the same ones from the same address, and no telephone there'),
    },
    {
      name: 'over-web-not-of-the-user',
      off: 'web services that were broken into guess on for a user who has signed in there, from each address',
      file: limit,
      find: '} else if (known !== undefined) this.#failedOver(pair, known);',
      replace: '} else if (known !== undefined) return this.#failedOver(pair, known);',
      test: places('count for the user, whatever addresses are named, and also where the user has signed in'),
    },
    {
      name: 'over-web-beside-the-bound',
      off: 'over web services at which a user has signed in, passwords are guessed beside the bound of the user',
      file: limit,
      find: 'if (wrong + 1 < this.#rules.triesOfUserAtAddress)',
      replace: 'if (wrong + 1 < 1e9)',
      test: places(
        'are no faster together with those over SIP, from an address where the user has signed in over both',
      ),
    },
    {
      name: 'over-web-after-sip',
      off: 'who has to wait over SIP guesses on over web services',
      file: limit,
      find: 'Math.max(untilOf(this.#pairs, pair), untilOf(this.#pairs, pairOf(name, address)))',
      replace: 'untilOf(this.#pairs, pair)',
      test: places('wait for those over SIP from the address; that the user has signed in there: true'),
    },
    {
      name: 'over-web-after-others',
      off: 'who guesses for many users, and has to wait over SIP, guesses on over web services',
      file: limit,
      find: 'Math.max(untilOf(this.#addresses, own), untilOf(this.#addresses, address))',
      replace: 'untilOf(this.#addresses, own)',
      test: places('for many users over SIP hold up who is new at the address over web services too'),
    },
  ],
};
