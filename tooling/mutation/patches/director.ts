import type { MutationPatch, PatchList } from '../patch.ts';

const route = 'packages/director/src/decide-director-route.ts';
const director = (title: string): MutationPatch['test'] => ({
  file: 'packages/director/test/director.test.ts',
  title,
});
const passwords = (title: string): MutationPatch['test'] => ({
  file: 'packages/director/test/password-changes.test.ts',
  title,
});

const pastDirectors = 'packages/sip-relay/src/admission/past-directors.ts';
const frontEnd = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/past-directors.test.ts',
  title,
});

/** What a director lets pass, and that nothing passes it. */
export const patches: PatchList = {
  name: 'director',
  list: [
    {
      name: 'hidden-address-anywhere',
      off: 'credentials for an address at an edge count for any request',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: '...(dialog !== undefined && isEdge(origin)',
      replace: '...(isEdge(origin)',
      test: director('do not count outside of a dialog'),
    },
    {
      name: 'hidden-address-of-others',
      off: 'credentials for an address at any host count in a dialog',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'return topology.externalNames.get(host)?.some(({ fqdn }) => routeName(topology, fqdn) === name) === true;',
      replace: "return name !== '';",
      test: director('do not count for another address: sip:sealed@access.fabrikam.example'),
    },
    {
      name: 'hidden-address-of-nobody',
      off: 'credentials for an edge itself count for another address',
      file: 'packages/sip-proxy/src/identity/authenticate.ts',
      find: "if (uri.kind === 'sip' && uri.rawUser !== undefined && hidesAddresses?.(uri.host) === true)",
      replace: "if (uri.kind === 'sip' && hidesAddresses?.(uri.host) === true)",
      test: director('do not count for another address: sip:access.contoso.example'),
    },
    {
      name: 'past-directors',
      off: 'an edge hands outsiders to front ends although directors stand',
      file: 'packages/edge/src/decide-edge-route.ts',
      find: 'if (director !== undefined && directors !== undefined)',
      replace: 'if (director === undefined && directors !== undefined)',
      test: {
        file: 'packages/edge/src/decide-edge-route.test.ts',
        title: "nothing from outside reaches a front end past them: 'client'",
      },
    },
    {
      name: 'past-directors-with-keys',
      off: 'a front end takes what an edge sends it past directors',
      file: pastDirectors,
      find: "if (roleOf(server) !== 'edge' || roleOf(fqdn) !== 'front-end' || !hasDirectors(topology, server))",
      replace: "if (roleOf(server) === 'edge' || !hasDirectors(topology, server))",
      test: frontEnd('registers nobody past them, and looks at no password'),
    },
    {
      name: 'past-directors-in-a-call',
      off: 'a front end takes what an edge sends in a call that went over a director',
      file: pastDirectors,
      find: 'if (dialog !== undefined && isNextTowardsSender(dialog, server, topology)) return undefined;',
      replace: 'if (dialog !== undefined) return undefined;',
      test: frontEnd('brings nothing that belongs to a call over another edge, or over a director'),
    },
    {
      name: 'past-directors-from-inside',
      off: 'a front end takes nothing that partners send in calls of users inside',
      file: pastDirectors,
      find: 'if (dialog !== undefined && isNextTowardsSender(dialog, server, topology)) return undefined;',
      replace: '',
      test: frontEnd('brings what belongs to a call of a user inside, which went out over it'),
    },
    {
      name: 'route-of-outsiders',
      off: 'a user outside chooses a server inside by a Route',
      file: route,
      find: "if (next !== undefined) return relayNotAllowed('Route', next.uri.toString());",
      replace: '',
      test: director('chooses no way through a server inside'),
    },
    {
      name: 'others-registered',
      off: 'a user registers another one over a director',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'if (registered?.ok === false) return registered.refusal;',
      replace: '',
      test: director(
        'registers itself alone, at home, over a Path that leads back over the pool of directors',
      ),
    },
    {
      name: 'partner-goes-on',
      off: 'a partner is carried on to another domain',
      file: route,
      find: "const called = uri.kind === 'sip' && topology.isOurDomain(uri.host) ? addressOfRecord(uri) : undefined;",
      replace: "const called = uri.kind === 'sip' ? addressOfRecord(uri) : undefined;",
      test: director('is carried on to nobody else: sip:bob@fabrikam.example'),
    },
    {
      name: 'partner-registers',
      off: 'a partner sends a REGISTER inside',
      file: route,
      find: "if (called === undefined || request.method === 'REGISTER')",
      replace: 'if (called === undefined)',
      test: director('registers nobody'),
    },
    {
      name: 'path-of-outsiders',
      off: 'an outsider uses our Path entry',
      file: route,
      find: "if (!isInsider) return relayNotAllowed('Route', 'a Path entry');",
      replace: '',
      test: director('is not sent along our Path by an outsider'),
    },
    {
      name: 'path-to-any-server',
      off: 'what stands behind our Path entry leads to any server',
      file: route,
      find: "if (next?.kind !== 'sip' || roleOf(next.host, topology) !== 'edge')",
      replace: "if (next?.kind !== 'sip')",
      test: director('goes nowhere but to an edge: <sip:med1.contoso.example;lr>'),
    },
    {
      name: 'stale-accounts',
      off: 'a director authenticates by accounts that nothing confirms',
      file: 'packages/director/src/director.ts',
      find: 'refuseEvery(this.#options)',
      replace: 'refuseEvery({ isOver: this.#options.isOver })',
      test: director('is served no longer than the accounts are confirmed'),
    },
    {
      name: 'clients',
      off: 'a client is served by a director',
      file: 'packages/director/src/director.ts',
      find: 'if (origin.server === undefined) return noClients;',
      replace: '',
      test: director('is no client'),
    },
    {
      name: 'password-of-another-body',
      off: 'an edge puts an older body in the place of that by which a user changes the password, and the director carries it on',
      file: 'packages/director/src/director.ts',
      find: 'if (unproven !== undefined) return refuse(unproven);',
      replace: '',
      test: passwords('has no other body than that which the credentials cover carried on'),
    },
    {
      name: 'password-kept-back',
      off: 'an edge delivers a change of the password to a director minutes later',
      file: 'packages/director/src/director.ts',
      find: 'needsProof: changesPassword,\n',
      replace: '',
      test: passwords('is asked again for a change of the password that was kept back'),
    },
    {
      name: 'outsider-behind-director',
      off: 'a partner behind a director counts as an insider',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'if (isDirector && identity.asserted === undefined)',
      replace: 'if (!isDirector && identity.asserted === undefined)',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'is that of an outsider: no insider, and no way out again',
      },
    },
    {
      name: 'rights-over-directors',
      off: 'a user outside calls telephone numbers without the right to',
      file: 'packages/front-end/src/dial-outside.ts',
      find: "return isInsider && servers.get(origin.server ?? '')?.role === 'front-end';",
      replace:
        "return isInsider && ['front-end', 'director'].includes(servers.get(origin.server ?? '')?.role ?? '');",
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'is refused over a director too, which asks nothing but who the user is',
      },
    },
  ],
};
