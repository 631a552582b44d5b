import type { MutationPatch, PatchList } from '../patch.ts';

const tollFraud = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/toll-fraud.test.ts',
  title,
});
const calls = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/calls.test.ts',
  title,
});
const border = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/gateway-border.test.ts',
  title,
});
const listeners = (title: string): MutationPatch['test'] => ({
  file: 'packages/mediation/test/links.test.ts',
  title,
});
const numbers = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/src/telephone/telephone.test.ts',
  title,
});
const frontEnd = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/telephone-numbers.test.ts',
  title,
});
const brought = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/brought-senders.test.ts',
  title,
});
const outsideCaller = 'packages/sip-relay/src/numbering/outside-caller.ts';

/** That nobody calls the telephone network who may not, and that nobody comes from there as somebody of ours. */
export const patches: PatchList = {
  name: 'mediation',
  list: [
    {
      name: 'right-asked-once',
      off: 'a mediation server calls for users without the right',
      file: 'packages/mediation/src/outward.ts',
      find: 'if (!caller.ok && !called.isEmergency) return refuse(caller.refusal);',
      replace: '',
      test: calls('is refused for a number that may not be called'),
    },
    {
      name: 'emergency-needs-right',
      off: 'an emergency call is refused without the right',
      file: 'packages/mediation/src/outward.ts',
      find: 'if (!caller.ok && !called.isEmergency)',
      replace: 'if (!caller.ok)',
      test: calls('needs neither a right nor accounts in an emergency'),
    },
    {
      name: 'spoofed-address',
      off: 'a gateway brings a caller who is a user of ours',
      file: outsideCaller,
      find: 'if ((isOurs && !isTelephoneUri(uri)) || !read.ok || !/^\\+?\\d+$/.test(read.number.digits))',
      replace: 'if (isOurs && !read.ok && uri.scheme === "none")',
      test: brought('brings no call of one who has an address: sip:+44201234@contoso.example'),
    },
    {
      name: 'spoofed-number',
      off: 'a gateway brings a caller with the number of a user of ours',
      file: outsideCaller,
      find: 'return isNumberOfOurs(number.number, isNumberOfUser)',
      replace: 'return isNumberOfUser("")',
      test: calls('is refused for a caller with the number of a user, in whatever spelling'),
    },
    {
      name: 'caller-of-a-partner',
      off: 'a gateway brings a caller at a domain of a partner',
      file: outsideCaller,
      find: 'if (isPartners(uri, topology))',
      replace: "if (uri.scheme === 'none')",
      test: border('speaks for no caller +4940123 at a domain of a partner, whose users send over an edge'),
    },
    {
      name: 'unnamed-caller-of-a-partner',
      off: 'a gateway brings a partner’s user who is called anonymous',
      file: outsideCaller,
      find: ' || isPartners(uri, topology)) return false;',
      replace: ') return false;',
      test: border('speaks for no caller anonymous at a domain of a partner, whose users send over an edge'),
    },
    {
      name: 'spoofed-identity',
      off: 'what a gateway asserts beside From is not looked at',
      file: 'packages/mediation/src/numbers/caller.ts',
      find: 'if (from !== undefined || !request.has(asserted)) return from;',
      replace: 'if (from !== undefined || request.has("From")) return from;',
      test: calls('is refused for an asserted identity that is a user'),
    },
    {
      name: 'referred-by-a-gateway',
      off: 'a gateway says which user of ours has transferred a call',
      file: 'packages/mediation/src/numbers/caller.ts',
      find: "  'Referred-By',\n",
      replace: '',
      test: border(
        'says by no Referred-By who has transferred a call: that may be a user, and nothing proves it',
      ),
    },
    {
      name: 'preloaded-route',
      off: 'the sender of a call chooses its route',
      file: 'packages/mediation/src/mediation.ts',
      find: "if (next !== undefined) return refuse(relayNotAllowed('Route', next.uri.toString()));",
      replace: '',
      test: calls('is refused for a Route of the gateway'),
    },
    {
      name: 'stolen-dialog',
      off: 'another gateway goes on with a call',
      file: 'packages/mediation/src/along-dialog.ts',
      find: 'if (here.via !== endName(topology, sender.server))',
      replace: 'if (here.via === "")',
      test: calls('goes on over the gateway that has begun it, and not over another one'),
    },
    {
      name: 'other-user',
      off: 'a user goes on with the call of another one',
      file: 'packages/mediation/src/along-dialog.ts',
      find: 'if (asserted !== here.user) return',
      replace: 'if (asserted === undefined) return',
      test: calls('is carried on with methods of calls alone, by the user at its end alone'),
    },
    {
      name: 'transfer-of-others',
      off: 'anyone who is in a call transfers a gateway anywhere',
      file: 'packages/mediation/src/along-dialog.ts',
      find: 'if (refused !== undefined) return refuse(refused);',
      replace: '',
      test: calls(
        'lets a user transfer a gateway to no number that the user may not call, and nowhere outside',
      ),
    },
    {
      name: 'transfer-to-hidden-numbers',
      off: 'a user who may call nobody transfers a gateway to a number that only the gateway reads as one',
      file: 'packages/mediation/src/transfers/refuse-transfer.ts',
      find: 'if (!isMarked && !mayBeDialled(uri, known.accounts)) return undefined;',
      replace: 'if (!isMarked) return undefined;',
      test: tollFraud(
        'asks for the right to call of a user who transfers a gateway to what it may read a number out of',
      ),
    },
    {
      name: 'transfer-to-other-hosts',
      off: 'a gateway is transferred to a number at a host of others',
      file: 'packages/mediation/src/transfers/refuse-transfer.ts',
      find: "if (uri.kind === 'sip' && !isInside(uri.host, known.topology))",
      replace: "if (uri.kind === 'sip' && uri.host === '')",
      test: tollFraud(
        'asks for the right to call of a user who transfers a gateway to what it may read a number out of',
      ),
    },
    {
      name: 'transfer-by-maddr',
      off: 'a gateway is transferred to a user of ours at a place of others',
      file: 'packages/mediation/src/transfers/refuse-transfer.ts',
      find: "uri.parameters.has('maddr')",
      replace: 'found === undefined',
      test: tollFraud(
        'has nobody transfer a gateway to another place than the host of the address, nor a gateway a user',
      ),
    },
    {
      name: 'who-pays',
      off: 'a user tells a gateway who is to pay for a call',
      file: 'packages/mediation/src/gateways/gateway-fields.ts',
      find: 'if (!passing.has(name.toLowerCase())) editor.remove(name);',
      replace: "if (name === 'Remote-Party-ID') editor.remove(name);",
      test: tollFraud(
        'tells a gateway nothing that a user says of who calls and who pays, at its beginning and later; nor is a user told',
      ),
    },
    {
      name: 'any-field-to-gateway',
      off: 'whatever a user writes goes on to a gateway',
      file: 'packages/mediation/src/gateways/gateway-border.ts',
      find: 'keepPassingFields(editor, message);',
      replace: '',
      test: border(
        'is told nothing but what belongs to a call: neither other calls, nor identities, nor what servers have noted',
      ),
    },
    {
      name: 'long-way-to-gateway',
      off: 'a user whose route is too long has a gateway said to be unreachable',
      file: 'packages/mediation/src/gateways/gateway-border.ts',
      find: 'if (sealed === undefined) return routeTooLong;',
      replace: "if (sealed === undefined) throw new RangeError('too long');",
      test: border(
        'gets no call whose route inside is too long to be sealed: it is refused for its sender, and the gateway has not failed',
      ),
    },
    {
      name: 'way-to-gateway',
      off: 'a gateway sees which servers and clients a request has passed',
      file: 'packages/mediation/src/gateways/gateway-border.ts',
      find: 'hidePath(editor, via, this.#entries.get(gateway)?.sealed);',
      replace:
        "const sealed = this.#entries.get(gateway)?.sealed; if (sealed !== undefined) editor.remove('Record-Route').prepend('Record-Route', sealed); void via;",
      test: border(
        'sees neither the way of a call inside nor the address of the device, and answers along both',
      ),
    },
    {
      name: 'contact-to-gateway',
      off: 'a gateway sees the addresses of the devices of users',
      file: 'packages/mediation/src/gateways/gateway-border.ts',
      find: 'isInside: (host) => !isOurDomain(host) });',
      replace: 'isInside: () => false });',
      test: border(
        'sees neither the way of a call inside nor the address of the device, and answers along both',
      ),
    },
    {
      name: 'answer-to-gateway',
      off: 'a gateway that calls sees the route inside and who answers',
      file: 'packages/mediation/src/forwarding.ts',
      find: "if (sender.role !== 'gateway') return response;",
      replace: "if (sender.role !== 'edge') return response;",
      test: border('sees neither in the answers to a call of its own, whose dialog goes on along them'),
    },
    {
      name: 'takeover-at-gateway',
      off: 'a user takes over a call of somebody at a gateway',
      file: 'packages/mediation/src/outward.ts',
      find: 'if (otherCall !== undefined && !called.isEmergency)',
      replace: "if (otherCall === '')",
      test: border('gets no INVITE that names a call of somebody by Replaces; in need it goes without'),
    },
    {
      name: 'caller-not-global',
      off: 'a gateway speaks for the number of a user in a form that is compared with none',
      file: outsideCaller,
      find: 'if (!number.ok)',
      replace: 'if (!number.ok && number.refusal.status === 0)',
      test: border(
        'speaks for no caller 49301001, whose number cannot be made global: it may look like that of a user',
      ),
    },
    {
      name: 'emergency-flood',
      off: 'emergency calls of one user take the room of everybody else',
      file: 'packages/mediation/src/mediation.ts',
      find: 'return this.#emergencies.take(asserted, this.#now) ? undefined : asserted;',
      replace: 'return undefined;',
      test: {
        file: 'packages/mediation/src/mediation.test.ts',
        title:
          'come first and count for nobody, but for those of a user who has made eight within three minutes',
      },
    },
    {
      name: 'emergency-flood-first',
      off: 'a user who dials an emergency number again and again comes before everybody else',
      file: 'packages/front-end/src/front-end.ts',
      find: 'return isVouchedFor ? this.#emergencies.has(name, now) : this.#emergencies.take(name, now);',
      replace: 'return true;',
      test: frontEnd(
        'in need is one as any other of a user who has called eight times within three minutes; nobody else pays for it',
      ),
    },
    {
      name: 'takeover',
      off: 'a gateway takes over a call of others',
      file: 'packages/mediation/src/inward.ts',
      find: 'refuseTakeover(request) ??',
      replace: '',
      test: calls('is refused for the call of others'),
    },
    {
      name: 'gateway-is-told',
      off: 'a gateway is told why a mediation server refuses',
      file: 'packages/mediation/src/serve-mediation.ts',
      find: 'isToldNothing: ({ row }) => row === links.mediationToGateway.row,',
      replace: '',
      test: calls('is refused for a caller who is a user'),
    },
    {
      name: 'begun-outside',
      off: 'a partner calls the telephone network over the edge',
      file: 'packages/mediation/src/mediation.ts',
      find: "if (sender.role === 'edge') return refuse(notFromOutside);",
      replace: '',
      test: calls('begins no call: nobody outside calls at our cost'),
    },
    {
      name: 'privacy',
      off: 'a gateway is told who has asked that nobody is',
      file: 'packages/mediation/src/numbers/caller.ts',
      find: 'if (asksForPrivacy(request) && !isTrusted && !isEmergency) return;',
      replace: '',
      test: calls(
        'says who calls to no gateway that is not trusted with it, where the caller has asked for privacy',
      ),
    },
    {
      name: 'one-port-for-all',
      off: 'gateways speak on the port of front ends',
      file: 'packages/mediation/src/serve-mediation.ts',
      find: "const allowInside = member.authorise({ fqdn, interface: 'internal', service: 'sip' });",
      replace: "const allowInside = member.authorise({ fqdn, interface: 'internal' });",
      test: listeners('is refused in the role of gw2 at the port inside'),
    },
    {
      name: 'silent-direction',
      off: 'who may not send requests on a link does',
      file: 'packages/mediation/src/mediation.ts',
      find: 'if (!allowed.ok) return notAllowed(allowed.rejection.message, allowed.rejection.remedy);',
      replace: '',
      test: listeners('sends no requests as gw1 where the topology has the other side send them'),
    },
    {
      name: 'global-form',
      off: 'a number is called that is none of E.164',
      file: 'packages/sip-proxy/src/telephone/normalise-number.ts',
      find: "if (number.length > maxDigits) return { ok: false, problem: 'too-long' };",
      replace: '',
      test: numbers('sip:+1234567890123456@contoso.example;user=phone is refused with 404: 16 digits'),
    },
    {
      name: 'emergency-with-parameters',
      off: 'a call to an emergency number is refused because of what a telephone writes behind the number',
      file: 'packages/sip-proxy/src/telephone/normalise-number.ts',
      find: 'return emergencyOf(uri, numbering) !== undefined;',
      replace:
        'const read = readNumber(uri);\n  return read.ok && numbering.emergencyNumbers.includes(read.number.digits);',
      test: frontEnd('in need asks for no right, whatever parameters of the number stand behind it'),
    },
    {
      name: 'emergency-alone',
      off: 'the same at a mediation server',
      file: 'packages/sip-proxy/src/telephone/normalise-number.ts',
      find: 'if (emergency !== undefined) return { ok: true, number: emergency, isEmergency: true };',
      replace: '',
      test: tollFraud('reaches an emergency number alone where the number has parameters'),
    },
    {
      name: 'emergency-before-parameters',
      off: 'a parameter that is an emergency number makes one of any number',
      file: 'packages/sip-proxy/src/telephone/dialled-number.ts',
      find: "const end = text.indexOf(';');\n",
      replace: 'const end = -1;\n',
      test: numbers(
        'is one whatever parameters stand behind it, and is called without them: sip:112;isub=1@contoso.example;user=phone',
      ),
    },
    {
      name: 'emergency-transfer',
      off: 'a user without the right has a gateway call the number behind an emergency number',
      file: 'packages/mediation/src/transfers/refuse-transfer.ts',
      find: ' && isBare(uri))) return',
      replace: ')) return',
      test: tollFraud(
        'has nobody transfer a gateway to an emergency number with what a gateway may call in its place',
      ),
    },
    {
      name: 'numbers-for-partners',
      off: 'a partner calls the telephone network by a number at our domain',
      file: 'packages/sip-proxy/src/route/decide-route.ts',
      find: "if (arrival.kind === 'partner') return relayNotAllowed('Request-URI', uri.toString());",
      replace: '',
      test: frontEnd('is called by nobody outside, and has no way where no mediation server is'),
    },
    {
      name: 'rank-by-number',
      off: 'anyone gets the rank of an emergency call',
      file: 'packages/front-end/src/front-end.ts',
      find: "if (request.method !== 'INVITE' || (server === undefined && users.size === 0)) return false;",
      replace: "if (request.method !== 'INVITE' || (server === '' && users.size === 0)) return false;",
      test: frontEnd(
        'in need has the rank of an emergency call for those alone who have proven who they are',
      ),
    },
  ],
};
