import type { MutationPatch, PatchList } from '../patch.ts';

const record = 'packages/sip-proxy/src/locations/replicated/location-record.ts';
const frontEnd = 'packages/front-end/src/front-end.ts';
const awaited = 'packages/front-end/src/awaited-devices.ts';

const skipped = 'packages/front-end/src/pool/skipped-addresses.ts';
const vouchers = 'packages/front-end/src/pool/vouchers.ts';
const vouching = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/pool/vouchers.test.ts',
  title,
});
const pool = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/pool.test.ts',
  title,
});
const copies = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/pool/pool-registrations.test.ts',
  title,
});
const disabled = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/account-changes.test.ts',
  title,
});
const apart = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/src/locations/replicated/replicated-locations.test.ts',
  title,
});
const roomBeside =
  'leaves room for others beside a sender who calls everybody, and beside one who calls a user again and again';

/** What a user, a user who is disabled, or a server that was taken over can do to the registrations and requests of others. */
export const patches: PatchList = {
  name: 'pool-copies',
  list: [
    {
      name: 'skipped-copies',
      off: 'a registration that a server could not place yet is lost there until its client comes again',
      file: 'packages/front-end/src/pool/pool-registrations.ts',
      find: 'this.#skipped.add(aor);',
      replace: '',
      test: {
        file: 'packages/front-end/src/pool/pool-registrations.test.ts',
        title: 'is asked for again once it does: the other server takes it for known',
      },
    },
    {
      name: 'skipped-for-good',
      off: 'one binding of an address of another pool has every server send everything at each change of an account',
      file: skipped,
      find: 'for (const aor of changed) if (this.#addresses.has(aor) && hasPlace(aor)) return true;',
      replace: 'for (const aor of changed) if (hasPlace(aor) || this.#addresses.size > 0) return true;',
      test: copies('is not asked for again because of other users, nor before it has a place'),
    },
    {
      name: 'doubted-for-good',
      off: 'one binding that is not believed has every server send everything at each change of an account',
      file: 'packages/front-end/src/pool/pool-registrations.ts',
      find: 'const isDoubtOver = addresses === undefined && this.#hasDoubted;',
      replace: 'const isDoubtOver = this.#hasDoubted;',
      test: copies(
        'is not asked for again because of users where a server is not believed that vouches for it',
      ),
    },
    {
      name: 'skipped-remembered',
      off: 'a server that makes addresses up fills the memory of the others with what they pass over',
      file: skipped,
      find: 'if (this.#addresses.size < maxAddresses)',
      replace: 'if (this.#addresses.size <= maxAddresses * 10)',
      test: copies('is asked for again at any change where more was passed over than is remembered'),
    },
    {
      name: 'removed-later-than-known',
      off: 'a connection that is found broken takes away where its device has registered since',
      file: 'packages/sip-proxy/src/locations/replicated/location-record.ts',
      find: 'after.set(key, { at, until: binding.expiresAt });',
      replace: 'after.set(key, { at: at + 5_000, until: binding.expiresAt });',
      test: {
        file: 'packages/sip-proxy/src/locations/replicated/replicated-locations.test.ts',
        title:
          'to a device that comes back leave it where the other one finds only later that its old connection is gone',
      },
    },
    {
      name: 'entries-written',
      off: 'a user who registers and leaves again and again fills the memory of every server',
      file: record,
      find: 'return bounded(after);',
      replace: 'return after;',
      test: apart('is no more than 64 bindings and traces, the latest ones'),
    },
    {
      name: 'entries-merged',
      off: 'a server that was taken over fills the memory of the others with one address',
      file: record,
      find: 'return both === undefined ? known : bounded(both, known);',
      replace: 'return both ?? known;',
      test: copies('leaves no more entries of one address than a record has'),
    },
    {
      name: 'endless-call-id',
      off: 'a registrar binds what no other server can read',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'if (endless !== undefined) return endless;',
      replace: '',
      test: pool('whose client names an endless Call-ID keeps no other one out of the copies'),
    },
    {
      name: 'vouchers-of-the-pool',
      off: 'a server that has left the pool is believed about registrations until they expire',
      file: vouchers,
      find: 'return this.#isOfPool(server) && !this.#isCompromised(serialHex);',
      replace: "return server !== '' && !this.#isCompromised(serialHex);",
      test: vouching('is believed no longer once it has left the pool'),
    },
    {
      name: 'word-of-a-member',
      off: 'a server vouches for what another member of its pool has made it register',
      file: vouchers,
      find: 'return server !== undefined && this.#isOfPool(server) ? voucherOf(server, serialHex) : this.own;',
      replace: 'return server === serialHex ? voucherOf(this.#options.fqdn, serialHex) : this.own;',
      test: vouching(
        'is the member of our pool that has sent a REGISTER; for everybody else it is this server',
      ),
    },
    {
      name: 'vouchers-not-compromised',
      off: 'a server is believed about registrations after its certificate was revoked for its key',
      file: vouchers,
      find: 'return this.#isOfPool(server) && !this.#isCompromised(serialHex);',
      replace: 'return this.#isOfPool(server);',
      test: vouching(
        'is believed no longer by a certificate whose key may be compromised, and again by its next one',
      ),
    },
    {
      name: 'forged-before',
      off: 'what a server has forged before its certificate was revoked stays in the copies of the others',
      file: 'packages/front-end/src/serve-front-end.ts',
      find: 'pool?.trustChanged();',
      replace: '',
      test: pool(
        'counts no longer once the certificate of the server is revoked for its key, and what others say stays',
      ),
    },
    {
      name: 'proven-voucher',
      off: 'a server that was taken over has another one vouch for what it forges',
      file: 'packages/sip-proxy/src/locations/replicated/record-json.ts',
      find: 'const all = by === undefined || through.includes(by) ? through : [...through, by];',
      replace: 'const all = by === undefined || through.length > 0 ? through : [by];',
      test: apart('is the server that sends it, whatever that says of others'),
    },
    {
      name: 'one-voucher-each',
      off: 'a server that was taken over hides behind the name of another one',
      file: 'packages/sip-proxy/src/locations/replicated/record-json.ts',
      find: 'if (!through.every(isVoucher)) return undefined;',
      replace: '',
      test: apart('is refused where it is an entry that came by two servers in one'),
    },
    {
      name: 'key-of-another',
      off: 'what a server has forged becomes a binding of ours when its user registers',
      file: 'packages/sip-proxy/src/locations/replicated/record-json.ts',
      find: 'if (given !== null && (binding === undefined || key !== keyOf(binding))) return undefined;',
      replace: 'if (given !== null && binding === undefined) return undefined;',
      test: apart('is refused where it is a binding under the key of another one'),
    },
    {
      name: 'passed-on',
      off: 'what is not believed comes back with the copy of another server',
      file: 'packages/front-end/src/pool/pool-registrations.ts',
      find: 'const counting = believed(record, isBelieved, isAsker);',
      replace: 'const counting = record;',
      test: copies('is not believed where another server passes on what it said'),
    },
    {
      name: 'vouched-in-a-store',
      off: 'in a store a server is believed that is believed no longer',
      file: 'packages/front-end/src/registrations/registrations.ts',
      find: 'return isVouchedFor(binding, isBelieved, isAsker);',
      replace: 'return isVouchedFor(binding, () => true, isAsker) || isBelieved.length > 1;',
      test: {
        file: 'packages/front-end/src/registrations/registrations.test.ts',
        title:
          'leave out what a server has vouched for who is not believed, wherever it leads and whatever store has it',
      },
    },
    {
      name: 'written-again',
      off: 'a binding that was forged becomes one of this server once another device of the user registers',
      file: record,
      find: 'return isSame ? known?.through : undefined;',
      replace: 'return isSame ? undefined : undefined;',
      test: apart(
        'is still the same where a registrar writes the binding again because of another one of the device',
      ),
    },
    {
      name: 'heard-late',
      off: 'a server that hears late of a changed account removes what was registered since',
      file: 'packages/front-end/src/registrations/registrations.ts',
      find: 'removeUser(aor, ({ account }) => isBefore(account, since))',
      replace: "removeUser(aor, ({ account }) => account !== '' || isBefore(account, since))",
      test: disabled(
        'removes what was registered before the change, and nothing that was registered at another server since',
      ),
    },
    {
      name: 'full-copies',
      off: 'a server has a full copy sent as often as it asks',
      file: 'packages/front-end/src/pool/full-copy-allowance.ts',
      find: 'if (this.#left === 0) return false;',
      replace: '',
      test: {
        file: 'packages/front-end/src/pool/pool-copies.test.ts',
        title: 'again and again gets a few full copies, then one in half a minute, and others none the less',
      },
    },
    {
      name: 'full-copies-half-taken',
      off: 'a server that takes all but the end of a full copy has it sent each second',
      file: 'packages/front-end/src/pool/pool-copies.ts',
      find: 'if (isPart && copy.taken === 0) copy.allowance.giveBack();',
      replace: 'if (isPart) copy.allowance.giveBack();',
      test: {
        file: 'packages/front-end/src/pool/pool-copies.test.ts',
        title: 'costs no more where it takes all but the last message',
      },
    },
    {
      name: 'copies-of-members',
      off: 'a server of another pool has the rank of ours under load',
      file: 'packages/front-end/src/pool/pool-request.ts',
      find: 'if (from === undefined || pool === undefined || topology.servers.get(from)?.pool !== pool) return false;',
      replace: 'if (from === undefined || pool === undefined) return false;',
      test: {
        file: 'packages/front-end/src/pool/pool-request.test.ts',
        title: 'is copies and questions of a member of our pool, and of nobody else',
      },
    },
    {
      name: 'copies-under-load',
      off: 'under load a pool comes apart, because its servers refuse what they tell each other',
      file: 'packages/sip-relay/src/admission/weigh-request.ts',
      find: 'policy.isOfPool?.(request, connection) === true ||',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/admission/weigh-request.test.ts',
        title: 'is as urgent as a dialog where the servers of a pool tell each other',
      },
    },
    {
      name: 'one-unreadable-record',
      off: 'the record of one user keeps those of all others back',
      file: 'packages/front-end/src/pool/copy-message.ts',
      find: 'if (record === undefined) unreadable ??= aor;',
      replace: 'if (record === undefined) return aor;',
      test: pool('counts for others where the record of one user cannot be read, and the log says whose'),
    },
    {
      name: 'made-up-addresses',
      off: 'a server that was taken over fills the memory of the others with addresses that it makes up',
      file: 'packages/front-end/src/pool/pool-registrations.ts',
      find: 'return this.locations.size < maxAddresses ||',
      replace: 'return this.locations.size >= 0 || maxAddresses ||',
      test: copies('keeps no user out with addresses that it makes up'),
    },
    {
      name: 'room-again',
      off: 'a registration that had no room is unknown until its client registers again, although there is room',
      file: 'packages/front-end/src/pool/pool-registrations.ts',
      find: 'if (this.#lacksRoom && this.locations.size <=',
      replace: 'if (this.#lacksRoom && this.locations.size < 0 *',
      test: copies('is asked for again, once, where there was no room and there is some by then'),
    },
    {
      name: 'room-for-users',
      off: 'made-up addresses keep users out',
      file: 'packages/front-end/src/pool/pool-registrations.ts',
      find: '|| this.locations.has(aor) || isUser(aor);',
      replace: '|| (this.locations.has(aor) && isUser(aor));',
      test: copies('keeps no user out with addresses that it makes up'),
    },
    {
      name: 'copies-that-last',
      off: 'what a server that was taken over has said stays for a day',
      file: 'packages/sip-proxy/src/locations/replicated/record-json.ts',
      find: 'ahead: 7_200_000,',
      replace: 'ahead: 86_400_000,',
      test: copies(
        'leaves nothing that lasts longer than a registrar grants, nor what a registrar could not replace',
      ),
    },
    {
      name: 'bindings-that-are-left',
      off: 'a disabled user is reached by a binding that could not be removed',
      file: frontEnd,
      find: '(maySignIn(options.accounts, user) ? this.#registrations.reachable(user) : [])',
      replace: 'this.#registrations.reachable(user)',
      test: disabled(
        'is not found by bindings that could not be removed, be they of an earlier run, of a store that was away or of another server',
      ),
    },
    {
      name: 'disabled-behind-an-edge',
      off: 'a disabled user behind an edge gets requests in a dialog',
      file: 'packages/front-end/src/target-finder.ts',
      find: "if (user !== '' && !this.#options.maySignIn(user)) return flowFailed({ user });",
      replace: '',
      test: disabled('behind an edge gets and acknowledges nothing in a dialog that was up'),
    },
    {
      name: 'acks-of-the-disabled',
      off: 'a disabled user behind an edge sends ACKs in a dialog',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: "if (user !== '' && !mayAuthenticate(credentials, user)) return notAuthenticated;",
      replace: '',
      test: disabled('behind an edge gets and acknowledges nothing in a dialog that was up'),
    },
    {
      name: 'vouched-for-the-disabled',
      off: 'a disabled user sends through a server that has not heard of it',
      file: frontEnd,
      find: "if (sender.isInsider && this.#options.accounts?.known.of(asserted)?.state === 'disabled')",
      replace: 'if (asserted === undefined)',
      test: disabled('sends nothing through a server that has not heard of it'),
    },
    {
      name: 'signed-out-connections',
      off: 'who has an old password is called on a connection that is open, while the store is away',
      file: 'packages/front-end/src/registrations/registrations.ts',
      find: 'if (flow !== undefined && this.#options.isSignedOut(aor, flow)) return false;',
      replace: '',
      test: {
        file: 'packages/front-end/src/registrations/registrations.test.ts',
        title: 'leave out a connection on which the user was signed out, where the store could not remove it',
      },
    },
    {
      name: 'room-for-ends',
      off: 'a call cannot be ended because others wait for the same device',
      file: 'packages/front-end/src/target-finder.ts',
      find: "sent.request.method === 'BYE' ? this.#awaitedByEnds : this.#awaited",
      replace: 'this.#awaited',
      test: {
        file: 'packages/front-end/src/pool-dialogs.test.ts',
        title: 'has room for the end of a call whatever else waits for it, and for so many ends',
      },
    },
    {
      name: 'waits-of-a-sender',
      off: 'one sender takes all the room of requests that wait',
      file: awaited,
      find: 'if ((this.#bySender.get(sender) ?? 0) >= inAll) return false;',
      replace: '',
      test: {
        file: 'packages/front-end/src/awaited-devices.test.ts',
        title: roomBeside,
      },
    },
    {
      name: 'waits-of-a-sender-for-a-user',
      off: 'one sender takes the room of all others who call a user',
      file: awaited,
      find: 'return own < perUser;',
      replace: 'return own >= 0 || perUser > 0;',
      test: {
        file: 'packages/front-end/src/awaited-devices.test.ts',
        title: roomBeside,
      },
    },
  ],
};
