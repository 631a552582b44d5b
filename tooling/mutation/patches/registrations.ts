import type { PatchList } from '../patch.ts';

const targets = 'packages/sip-proxy/src/forking/targets.ts';
const decideRoute = 'packages/sip-proxy/src/route/decide-route.ts';

/** Where a registration may lead, and who may say so. */
export const patches: PatchList = {
  name: 'registrations',
  list: [
    {
      name: 'contact-that-leads-back',
      off: 'a user binds the address of record to itself, so that its requests go round',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'if (wanted.expiresSec > 0 && leadsBack(',
      replace: 'if (wanted.expiresSec > 1e9 && leadsBack(',
      test: {
        file: 'packages/sip-proxy/test/gruu.test.ts',
        title: 'because it is a temporary GRUU of the user is refused with 403',
      },
    },
    {
      name: 'connections-leave-bindings',
      off: 'each new connection of a device that keeps its Call-ID leaves a binding behind, until its user can register no more',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'sameBinding(bindings, wanted);\n    const left = same === undefined ?',
      replace:
        'sameBinding(bindings, wanted);\n    const left = same === undefined && !others.some(({ callId }) => callId === request.callId) ?',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title: 'replaces it where it has connected again and keeps its Call-ID: twenty connections leave one',
      },
    },
    {
      name: 'removed-by-device',
      off: 'a device that removes a contact it no longer has removes the one it has',
      file: 'packages/sip-proxy/src/registration/contact-binding.ts',
      find: ' || expiresSec === 0) return undefined;',
      replace: ') return undefined;',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title:
          'keeps its present contact where it removes what an earlier start had bound, and removes what it names',
      },
    },
    {
      name: 'late-of-the-same-start',
      off: 'a REGISTER that was held up undoes the one that its device has sent since',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'if (left !== undefined && comesLate(request, left, context)) return outOfOrder(request, left);',
      replace: '',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title: 'is refused where it answers a challenge from before the newer one, 5000 ms after that',
      },
    },
    {
      name: 'late-by-another-clock',
      off: 'a telephone that starts again cannot register for as long as the clock of another server of the pool is ahead',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'agoMs >= 0 && ',
      replace: '',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title: 'replaces the newer one where it comes behind one of a server whose clock is ahead',
      },
    },
    {
      name: 'challenge-of-a-client',
      off: 'a REGISTER of a client that was held up undoes the one after it',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'const proof = { provenBy, accountVersion, challengedAt };',
      replace: 'const proof = { provenBy, accountVersion };',
      test: {
        file: 'packages/front-end/test/late-registers.test.ts',
        title:
          'a REGISTER of a client that was held up does not undo the one after it, and one of a new start does',
      },
    },
    {
      name: 'challenge-over-an-edge',
      off: 'a REGISTER over an edge that was held up undoes the one after it',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: '    accountVersion,\n    challengedAt,\n  };',
      replace: '    accountVersion,\n  };',
      test: {
        file: 'packages/front-end/test/late-registers.test.ts',
        title:
          'a REGISTER of an edge that was held up does not undo the one after it, and one of a new start does',
      },
    },
    {
      name: 'started-again-is-not-late',
      off: 'a telephone that keeps its Call-ID over a restart and counts from 1 again is refused for a minute',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: '|| challengedAt >= binding.updatedAt) return false;',
      replace: ') return false;',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title:
          'replaces the newer one where it answers a challenge that was made since: the device has started again',
      },
    },
    {
      name: 'order-of-what-is-left-behind',
      off: 'a telephone that keeps its Call-ID over a restart and counts from 1 again can not register until its old binding has expired',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'if (before !== undefined && stored.includes(before)) storedCount--;',
      replace:
        'if (before !== undefined && stored.includes(before)) storedCount--;\n    if (before !== undefined && current.includes(before) && isOvertaken(request, before)) return outOfOrder(request, before);',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title: 'replaces it where it keeps its Call-ID, has another port and a lower CSeq',
      },
    },
    {
      name: 'written-by-this-register',
      off: 'of two contacts that a device registers together only the second is kept',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'const others = stored.filter(({ uri }) => !meant.has(uri));',
      replace: 'const others = bindings.filter(({ uri }) => !meant.has(uri));',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title: 'keeps the contact that it names beside a new one, in whatever order, and replaces the third',
      },
    },
    {
      name: 'overtaken-beside-a-new-contact',
      off: 'a REGISTER that comes late replaces a newer binding of the same contact, because it names another one before it',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'if (isOvertaken(request, same)) return outOfOrder(request, same);',
      replace: '',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title:
          'is refused where an older REGISTER comes late with the contact that it has, also after one that is new',
      },
    },
    {
      name: 'meant-by-another-contact',
      off: 'a new contact takes the place of one that is named beside it instead of the one left behind',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'if (same.regId === undefined) meant.add(same.uri);',
      replace: '',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title: 'keeps the contact that it names beside a new one, in whatever order, and replaces the third',
      },
    },
    {
      name: 'domain-of-the-registrar',
      off: 'the registrar of one domain binds addresses of another',
      file: decideRoute,
      find: 'if (ours && !aor.endsWith(',
      replace: 'if (!ours && !aor.endsWith(',
      test: {
        file: 'packages/sip-proxy/test/registration-rules.test.ts',
        title: 'of another domain than the Request-URI, or of nobody, is answered 404',
      },
    },
    {
      name: 'maddr',
      off: 'a Request-URI may name the address that it is sent to',
      file: decideRoute,
      find: "if (!isOurs) return relayNotAllowed('Request-URI', uri.toString());",
      replace: '',
      test: {
        file: 'packages/sip-proxy/test/routing.test.ts',
        title:
          'refuses any other maddr with 403: no sender chooses the address that a request goes to (RFC 3261 §16.4, §16.5)',
      },
    },
    {
      name: 'fields-of-a-contact',
      off: 'a Contact carries header fields into the Request-URI of other users’ requests',
      file: targets,
      find: 'requestUriOf(parsed.value).toString() : contact;',
      replace: 'contact : contact;',
      test: {
        file: 'packages/sip-proxy/test/targets.test.ts',
        title: 'is the contact without method and header components: <sip:a@192.0.2.1;x=y;METHOD=BYE>',
      },
    },
    {
      name: 'contacts-of-a-device',
      off: 'one device has a request sent to it many times at once',
      file: targets,
      find: 'if (binding.instance !== undefined) {',
      replace: 'if (binding.instance !== undefined && binding.regId !== undefined) {',
      test: {
        file: 'packages/sip-proxy/test/outbound.test.ts',
        title: 'are tried one after the other, also where it has registered them without reg-id',
      },
    },
    {
      name: 'ob-of-the-first-hop',
      off: 'an edge says that it keeps a flow which another server has',
      file: 'packages/sip-proxy/src/route/route-token.ts',
      find: 'isFirstHop ? firstHop : loose',
      replace: 'isFirstHop ? firstHop : firstHop',
      test: {
        file: 'packages/edge/test/dialogs.test.ts',
        title: 'has no ob where another server was the first hop',
      },
    },
    {
      name: 'required-of-a-server',
      off: 'OPTIONS may require what the server does not have',
      file: 'packages/front-end/src/front-end.ts',
      find: 'if (unsupported !== undefined) return refuse(unsupported);',
      replace: '',
      test: {
        file: 'packages/front-end/test/registration-rules.test.ts',
        title:
          'and that requires an extension which is not there is answered 420, and the extension is named',
      },
    },
    {
      name: 'text-of-bindings',
      off: 'a user has long contacts and Call-IDs stored, all of them with each REGISTER',
      file: 'packages/sip-proxy/src/registration/binding-room.ts',
      find: 'characters > maxBindingText && ',
      replace: 'characters > 1e9 && ',
      test: {
        file: 'packages/sip-proxy/src/registration/binding-room.test.ts',
        title: 'is 16,384 characters at most, however long each contact and Call-ID is',
      },
    },
    {
      name: 'text-of-removed-bindings',
      off: 'a user has long contacts stored that are removed again',
      file: 'packages/sip-proxy/src/locations/replicated/location-record.ts',
      find: ' || characters > maxTraceText) break;',
      replace: ') break;',
      test: {
        file: 'packages/sip-proxy/src/locations/replicated/replicated-locations.test.ts',
        title: 'is 16,384 characters in the keys of its traces at most, the latest ones, and each binding',
      },
    },
    {
      name: 'one-register-at-a-time',
      off: 'a user agent sends a REGISTER before the last one is answered',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'while (this.#unanswered !== undefined) await this.#unanswered.catch(() => {});',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'waits for the answer to the first, and for its failure',
      },
    },
    {
      name: 'clock-that-was-set',
      off: 'nobody is told that a server writes registrations by a clock that was wrong when it started',
      file: 'packages/front-end/src/serve-front-end.ts',
      find: 'if (options.clock === undefined) clockWatch.look();',
      replace: '',
      test: {
        file: 'packages/front-end/test/clock-set.test.ts',
        title:
          'a front end says that the clock of its machine was set since it started, where it goes by that clock',
      },
    },
    {
      name: 'healthy-on-a-full-disk',
      off: 'a front end whose registrations are on no disk is healthy',
      file: 'packages/front-end/src/registrations/registrations-file.ts',
      find: 'if (this.#failure === undefined) return [];',
      replace: 'if (this.#failure !== undefined) return [];',
      test: {
        file: 'packages/front-end/src/registrations/registrations-file-full-disk.test.ts',
        title: 'are a problem of the server, with what to do, until they are written',
      },
    },
    {
      name: 'file-emptied',
      off: 'registrations that were acknowledged are gone after a restart, because something has emptied their file before',
      file: 'packages/front-end/src/registrations/registrations-file.ts',
      find: ' || size !== this.#size.bytes + this.#appended.bytes',
      replace: ' || size < 0',
      test: {
        file: 'packages/front-end/src/registrations/registrations-file.test.ts',
        title:
          'that were acknowledged are there although the file was emptied while the server runs, which is logged',
      },
    },
  ],
};
