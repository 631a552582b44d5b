import type { MutationPatch, PatchList } from '../patch.ts';

const inUninvited = (title: string): MutationPatch['test'] => ({
  file: 'tooling/applications/uninvited.test.ts',
  title,
});
const inApplication = (title: string): MutationPatch['test'] => ({
  file: 'tooling/applications/application.test.ts',
  title,
});

const inRights = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/account-rights.test.ts',
  title,
});

const inArguments = (title: string): MutationPatch['test'] => ({
  file: 'packages/application/src/check-arguments.test.ts',
  title,
});
const inFanOut = (title: string): MutationPatch['test'] => ({
  file: 'packages/application/src/fan-out.test.ts',
  title,
});
const application = 'packages/application/src/application.ts';

/** That an application and a front end hold each other to what the topology says. */
export const patches: PatchList = {
  name: 'application',
  list: [
    {
      name: 'dials-without-identity',
      off: 'an application that names nobody calls the telephone network',
      file: 'packages/front-end/src/dial-outside.ts',
      find: "if (asserted === undefined && sender.arrival.kind === 'partner') return undefined;",
      replace: 'if (asserted === undefined) return undefined;',
      test: inRights(
        'of chat1 as sip:anonymous@anonymous.invalid, who is vouched for as undefined, ends with dial-outside-not-allowed',
      ),
    },
    {
      name: 'dials-as-a-user',
      off: 'an application calls the telephone network as a user without the right',
      file: 'packages/front-end/src/dial-outside.ts',
      find: "return isInsider && servers.get(origin.server ?? '')?.role === 'front-end';",
      replace: "return isInsider && servers.get(origin.server ?? '')?.role !== 'director';",
      test: inRights(
        'of chat2 as sip:bob@contoso.example, who is vouched for as bob, ends with dial-outside-not-allowed',
      ),
    },
    {
      name: 'from-of-an-application',
      off: 'an application writes any user into From',
      file: 'packages/sip-relay/src/admission/application-identity.ts',
      find: "if (asserted === undefined && !isAnonymous) return notOwn('From', server, from, agent);",
      replace: '',
      test: inUninvited('is refused by the front end: a user in From (not-own-address)'),
    },
    {
      name: 'asserted-by-an-application',
      off: 'an application asserts any user beside its own From',
      file: 'packages/sip-relay/src/admission/application-identity.ts',
      find: 'if (address === undefined) return notOwn(field, server, uri, agent);',
      replace: 'if (address === undefined) continue;',
      test: inUninvited('is refused by the front end: a user in P-Asserted-Identity (not-own-address)'),
    },
    {
      name: 'address-of-another-application',
      off: 'an application speaks as any application',
      file: 'packages/topology/src/network/application-of.ts',
      find: 'return applicationOf(topology, address)?.members.some(({ fqdn }) => fqdn === server) === true;',
      replace: 'return applicationOf(topology, address) !== undefined;',
      test: inUninvited('is refused by the front end: an address of another application (not-own-address)'),
    },
    {
      name: 'asserts-users-by-flag',
      off: 'every application may speak as users',
      file: 'packages/sip-relay/src/admission/application-identity.ts',
      find: "return known?.role === 'trusted-application' && !known.flags.assertsUsers;",
      replace: 'return false;',
      test: inUninvited('is refused by the front end: a user in From (not-own-address)'),
    },
    {
      name: 'other-fields-of-an-application',
      off: 'an application says of users what it likes in other fields',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: 'if (sender.isInsider && sender.isForItself !== true) return;',
      replace: 'if (sender.isInsider) return;',
      test: inUninvited('arrives without what it says of users in other fields'),
    },
    {
      name: 'requests-to-an-application',
      off: 'an application takes requests of a server that may send none on the link',
      file: 'packages/application/src/receive-requests.ts',
      find: 'if (allowed.ok) return undefined;',
      replace: 'if (allowed !== undefined) return undefined;',
      test: inUninvited('of a front end are refused where only applications may send'),
    },
    {
      name: 'address-of-the-application',
      off: 'an application takes what is for others',
      file: 'packages/application/src/receive-requests.ts',
      find: 'if (address !== undefined && isOwnAddress(topology(), fqdn, address)) return undefined;',
      replace: 'if (address !== undefined) return undefined;',
      test: inUninvited('are refused by an application for an address that is not its own'),
    },
    {
      name: 'own-address-before-sending',
      off: 'the SDK sends as anybody, and leaves the refusal to the front end',
      file: 'packages/application/src/application.ts',
      find: 'if (this.hasAddress(from) ||',
      replace: "if (from !== '' ||",
      test: inApplication('is its own address: the program is told at once'),
    },
    {
      name: 'no-calls-no-invite',
      off: 'a call to an application that takes none is answered as if somebody might take it later',
      file: 'packages/application/src/receive-requests.ts',
      find: 'return { status: 405, headers: this.#allow };',
      replace: 'return { status: 480 };',
      test: inApplication('is called only where it takes calls, and says with 405 what it takes'),
    },
    {
      name: 'allow-of-an-application',
      off: 'an application that takes no calls says that it does',
      file: 'packages/application/src/receive-requests.ts',
      find: "filter((method) => none[method as 'INVITE'] !== true)",
      replace: "filter((method) => method !== '')",
      test: inApplication('is called only where it takes calls, and says with 405 what it takes'),
    },
    {
      name: 'addresses-of-ours',
      off: 'an application takes any address for one of the organisation',
      file: 'packages/application/src/application.ts',
      find: 'topology.isOurDomain(parsed.value.host.toLowerCase()) ||',
      replace: 'topology.isOurDomain(parsed.value.host) || parsed.ok ||',
      test: inApplication('is whether it may be one of the organisation'),
    },
    {
      name: 'calls-at-once',
      off: 'an application takes any number of calls',
      file: 'packages/application/src/receive-requests.ts',
      find: 'if (calls.size + this.#ringing.size >= maxCalls) {',
      replace: 'if (calls.size > Number.MAX_SAFE_INTEGER) {',
      test: inApplication('is answered 486 where it has as many calls as it may'),
    },
    {
      name: 'calls-of-a-user',
      off: 'one user takes every call that an application may have',
      file: 'packages/application/src/receive-requests.ts',
      find: '        this.#add(caller, 1);\n        void call.ended',
      replace: '        void call.ended',
      test: inApplication(
        'is answered 486 to a user who has as many calls as one may have; others are answered',
      ),
    },
    {
      name: 'ringing-calls-of-a-user',
      off: 'one user has any number of calls ring, and each of them call somebody in the name of the application',
      file: 'packages/application/src/receive-requests.ts',
      find: '    this.#ringing.add(ringing);\n    this.#add(caller, 1);',
      replace: '    this.#ringing.add(ringing);',
      test: inApplication(
        'is answered 486 to a user of whom as many calls ring as one may have; what rings no more makes room',
      ),
    },
    {
      name: 'calls-without-an-end',
      off: 'a call of which nobody is left keeps its place for ever',
      file: 'packages/application/src/watch-call.ts',
      find: 'if (missed >= mostMissed) await',
      replace: 'if (missed < 0) await',
      test: {
        file: 'packages/application/src/watch-call.test.ts',
        title: 'ends after three questions in a row without a sign of the other end: 480',
      },
    },
    {
      name: 'callers-of-a-domain',
      off: 'one caller for whom nobody vouches takes all calls of an application',
      file: 'packages/application/src/receive-requests.ts',
      find: 'if ((this.#callsOf.get(caller) ?? 0) < max) return undefined;',
      replace: 'if (address === undefined || (this.#callsOf.get(caller) ?? 0) < max) return undefined;',
      test: {
        file: 'tooling/applications/unvouched-callers.test.ts',
        title: 'have a bound for all of their domain, whatever user they write; others are called as before',
      },
    },
    {
      name: 'callers-of-a-gateway',
      off: 'callers of one gateway who withhold their number take the places of those of every other one',
      file: 'packages/application/src/request-sender.ts',
      find: 'from === undefined ?',
      replace: 'from !== domain ?',
      test: {
        file: 'packages/application/src/request-sender.test.ts',
        title: 'counts with those that the same gateway has brought, and with no others',
      },
    },
    {
      name: 'below-an-edge',
      off: 'a partner takes every call of an application, because it writes names of gateways below the edge',
      file: 'packages/application/src/request-sender.ts',
      find: "return role === 'gateway' ? name : undefined;",
      replace: "return role === 'gateway' ? name : vias.at(-1)?.host;",
      test: {
        file: 'packages/application/src/request-sender.test.ts',
        title: 'counts with its domain at whatever edge it comes, whatever it has written below that',
      },
    },
    {
      name: 'text-that-is-none',
      off: 'an application sends an empty message where its text is left out',
      file: application,
      find: '    checkText(text);\n',
      replace: '',
      test: inArguments('message of an application refuses text where it is none'),
    },
    {
      name: 'who-sends-to-whom',
      off: 'what an application sends without an address fails somewhere inside',
      file: application,
      find: "    checkSending('request', from, to);\n",
      replace: '',
      test: inArguments('request of an application refuses from where it is null'),
    },
    {
      name: 'call-without-an-offer',
      off: 'a call of an application without an offer fails somewhere inside',
      file: application,
      find: '    checkOffer(offer);\n',
      replace: '',
      test: inArguments('call of an application refuses offer where it is none'),
    },
    {
      name: 'one-target-for-many',
      off: 'one address in the place of a list fails somewhere inside',
      file: application,
      find: '    checkTargets(targets);\n',
      replace: '',
      test: inArguments('fanOut of an application refuses targets where it is a text'),
    },
    {
      name: 'drain-without-a-time',
      off: 'an application closes every connection at once where drain is given no time',
      file: application,
      find: '    checkTime(withinMs);\n',
      replace: '',
      test: inArguments('drain of an application refuses withinMs where it is none'),
    },
    {
      name: 'failed-fan-out-ends',
      off: 'a fan-out that has failed goes on in the background',
      file: 'packages/application/src/fan-out.ts',
      find: '&& failure === undefined) {',
      replace: ') {',
      test: inFanOut(
        'begins no more where onReceipt throws, and fails with that once what was begun is answered',
      ),
    },
    {
      name: 'given-up-fan-out-closes',
      off: 'a file of addresses stays open where a fan-out is given up',
      file: 'packages/application/src/fan-out.ts',
      find: ' await iterator.return?.();',
      replace: ' await undefined;',
      test: inFanOut('closes what it reads addresses from where it is given up'),
    },
  ],
};
