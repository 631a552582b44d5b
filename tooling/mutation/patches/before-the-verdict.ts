import type { MutationPatch, PatchList } from '../patch.ts';

const paced = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/src/listen/paced-handshakes.test.ts',
  title,
});
const admission = 'packages/tls/src/listen/admission-control.ts';
const pacing = 'packages/tls/src/listen/paced-handshakes.ts';
const reading = 'packages/tls/src/listen/handshake-reads.ts';
const reads = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/src/listen/handshake-reads.test.ts',
  title,
});

/** What OpenSSL computes for a peer before anybody else sees an octet of it. */
export const patches: PatchList = {
  name: 'before-the-verdict',
  list: [
    {
      name: 'dear-key-exchange',
      off: 'a client chooses a key exchange that costs a listener a tenth of a second, and its sender nothing',
      file: 'packages/tls/src/credential/platform-settings.ts',
      find: '    ecdhCurve: keyExchangeGroups(),\n',
      replace: '',
      test: {
        file: 'packages/tls/test/key-exchange.test.ts',
        title: 'of ffdhe8192 is not computed by a listener: a client chooses it for nothing',
      },
    },
    {
      name: 'long-chains',
      off: 'an address shows one forged chain after the other, and everybody waits while they are verified',
      file: pacing,
      find: 'if (costMs > 0) this.charge(socket, costMs);',
      replace: 'void costMs;',
      test: {
        file: 'packages/tls/test/long-handshakes.test.ts',
        title: 'waits with its next handshake, which is served; other addresses do not wait',
      },
    },
    {
      name: 'one-by-one',
      off: 'an address that has owed something has all its handshakes begun at once',
      file: pacing,
      find: 'if (waitMs === 0 && this.#hasRoom(group)) this.#beginNext(line);',
      replace: 'while (waitMs === 0 && this.#hasRoom(group) && this.#beginNext(line));',
      test: paced('begin once it has waited, one by one; those of others at once'),
    },
    {
      name: 'begun-together',
      off: 'an address has five hundred handshakes under way, and all forged chains come together',
      file: pacing,
      find: '(this.#underWay.get(group)?.size ?? 0) < mostUnderWay',
      replace: '(this.#underWay.get(group)?.size ?? 0) < 500',
      test: paced(
        'four handshakes of an address are under way at most, because their chains may come together',
      ),
    },
    {
      name: 'turns-that-stop',
      off: 'those that have been silent for long keep each other from their turns, until something else happens in the process',
      file: reading,
      find: 'if (this.#waiting > 0 && !this.#isPaused) this.#wake();',
      replace: '',
      test: reads('have their turns one after another where nothing else happens in the process'),
    },
    {
      name: 'verified-together',
      off: 'forged chains that come of many addresses at once are all verified in one turn, in which nobody is served',
      file: pacing,
      find: 'reads?.add(socket);',
      replace: '',
      test: paced('are not all read in one turn where they are of many addresses, which owe nothing yet'),
    },
    {
      name: 'verified-without-pause',
      off: 'forged chains are verified one after the other, and take all the time of the processor',
      file: reading,
      find: 'if (isLong && this.#hasRead()) this.#pause(turnMs);',
      replace: 'if (isLong && turnMs < 0) this.#pause(turnMs);',
      test: reads(
        'are none after a long turn in which one was read, for as long, so that others have half of the time',
      ),
    },
    {
      name: 'behind-forged-chains',
      off: 'a newcomer waits until the chains of all addresses that owe something are verified',
      file: reading,
      find: 'const comesFirst = (socket: Socket) => !this.#options.yields(socket);',
      replace: 'const comesFirst = () => true;',
      test: reads('are first those of addresses that owe nothing and have one under way'),
    },
    {
      name: 'never-read',
      off: 'a handshake for which others come first is never read from while others come',
      file: reading,
      find: 'if (++this.#turns % turnsOfThoseBefore === 0) {',
      replace: 'if (++this.#turns % turnsOfThoseBefore < 0) {',
      test: reads('each have a turn, also those for which others come first'),
    },
    {
      name: 'not-ended',
      off: 'who leaves before the verdict owes nothing for what was verified',
      file: pacing,
      find: 'const costMs = this.#costs.take(socket);\n    if (costMs > 0)',
      replace: 'const costMs = this.#costs.take(socket) * 0;\n    if (costMs > 0)',
      test: paced('are owed for as well where they do not end, and are not begun for who has left'),
    },
    {
      name: 'free-for-each',
      off: 'each handshake has something for nothing, and an address as many of those as it likes',
      file: 'packages/tls/src/listen/address-debts.ts',
      find: 'return Math.max(0, left - freeMs);',
      replace: 'return left > 2 * freeMs ? left : 0;',
      test: {
        file: 'packages/tls/src/listen/address-debts.test.ts',
        title: 'has a tenth of a second for nothing, once: not for each handshake',
      },
    },
    {
      name: 'stalled-under-way',
      off: 'four handshakes that never end keep all others of their address out',
      file: pacing,
      find: 'if (since <= until) this.#close(socket);',
      replace: 'void since;',
      test: paced(
        'one that does not get on for three seconds is closed while others of its address wait, and otherwise not',
      ),
    },
    {
      name: 'begun-and-left',
      off: 'thousands of handshakes that were begun and left alone keep newcomers waiting for seconds',
      file: reading,
      find: 'if (this.#fresh.delete(socket)) this.#stale.add(socket);',
      replace: '',
      test: reads(
        'are those that have begun lately before many that have not got on for long, which have every fourth turn',
      ),
    },
    {
      name: 'silent-for-long',
      off: 'thousands of connections that say nothing are looked at in each turn of the event loop',
      file: reading,
      find: 'if (this.#silent.delete(socket)) this.#hold(socket);',
      replace: '',
      test: reads(
        'are not all of which nothing has come for long: those have their turns, in which what they say at last is read',
      ),
    },
    {
      name: 'cost-of-others',
      off: 'a handshake owes for what was computed for others in the same turn',
      file: 'packages/tls/src/listen/handshake-costs.ts',
      find: 'cost.ms = Math.min(cost.ms + ms, cost.octets * mostMsOfOctet);',
      replace: 'cost.ms += ms;',
      test: {
        file: 'packages/tls/src/listen/handshake-costs.test.ts',
        title: 'has cost no more than its octets can have, however long the turn was',
      },
    },
    {
      name: 'key-updates',
      off: 'a client changes its keys without end, and nobody counts it',
      file: admission,
      find: 'this.#emptyOctets.begin(socket);',
      replace: '',
      test: {
        file: 'packages/tls/test/key-updates.test.ts',
        title:
          'a client that changes its keys without end is closed, and one that changes them now and then is not',
      },
    },
    {
      name: 'key-updates-of-servers',
      off: 'a server that was dialled changes its keys without end, and nobody counts it',
      file: 'packages/tls/src/dial/connect.ts',
      find: 'watchDialled(socket, () => this.#closeFor(tooManyEmptyOctets));',
      replace: '',
      test: {
        file: 'packages/tls/test/key-updates.test.ts',
        title:
          'a server that was dialled is closed for it as well, and one that changes them now and then is not',
      },
    },
    {
      name: 'broken-records',
      off: 'a client that breaks TLS after the handshake stays connected, and what it sends from then on is kept',
      file: 'packages/tls/src/live/close-when-broken.ts',
      find: '    socket.destroy();\n',
      replace: '',
      test: {
        file: 'packages/tls/src/live/close-when-broken.test.ts',
        title:
          'a connection whose peer says by an alert that it goes, or has gone, is closed without a reason',
      },
    },
    {
      name: 'broken-records-of-servers',
      off: 'a server that was dialled and breaks TLS after the handshake stays connected, and what it sends from then on is kept',
      file: 'packages/tls/src/dial/connect.ts',
      find: 'closeWhenBroken(this.socket, (rejection) => this.#tellBroken(rejection));',
      replace: "this.socket.on('error', () => {});",
      test: {
        file: 'packages/tls/test/broken-records.test.ts',
        title: 'closes a server that was dialled and whose records are broken after the handshake',
      },
    },
    {
      name: 'broken-records-are-told',
      off: 'a client that breaks TLS after the handshake is closed, and nothing says why',
      file: admission,
      find: 'this.#refuse(socket, when, rejection, undefined, peerOf(socket)?.peer);',
      replace: 'void when;',
      test: {
        file: 'packages/tls/test/broken-records.test.ts',
        title: 'closes a client whose records are broken after the handshake (TLSv1.2)',
      },
    },
    {
      name: 'large-records-pay',
      off: 'who sends large records changes its keys without end between them',
      file: 'packages/tls/src/live/empty-octets.ts',
      find: 'data * perOctetOfData + seconds * smallRecordsPerSecond',
      replace: 'Number.POSITIVE_INFINITY',
      test: {
        file: 'packages/tls/src/live/empty-octets.test.ts',
        title: 'does not pay with large records for key updates that come without end',
      },
    },
    {
      name: 'forgiven-by-connecting',
      off: 'a partner whose chain takes half a second of a processor has it computed again each time it connects',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: "this.#pool.forgive(domain, 'unreachable');",
      replace: 'this.#pool.forgive(domain);',
      test: {
        file: 'packages/sip-endpoint/test/backoff.test.ts',
        title:
          'does not dial it again for what it has proven of other names, where TLS had begun when it failed',
      },
    },
    {
      name: 'forgiven-after-a-reset',
      off: 'who resets a connection after its chain was judged counts as one that was not there',
      file: 'packages/sip-endpoint/src/connection/dial-backoff.ts',
      find: "?.syscall === 'connect'",
      replace: '?.syscall !== undefined',
      test: {
        file: 'packages/sip-endpoint/src/connection/dial-backoff.test.ts',
        title:
          'is dialled at once when it has come by itself, where it was not there before, and not where its handshake failed',
      },
    },
    {
      name: 'goes-by-an-alert',
      off: 'a peer that says by an alert that it goes is said to have broken TLS',
      file: 'packages/tls/src/live/close-when-broken.ts',
      find: " || code.includes('ALERT')",
      replace: '',
      test: {
        file: 'packages/tls/src/live/close-when-broken.test.ts',
        title:
          'a connection whose peer says by an alert that it goes, or has gone, is closed without a reason',
      },
    },
  ],
};
