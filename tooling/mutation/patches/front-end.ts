import type { MutationPatch, PatchList } from '../patch.ts';

const stranger = (title: string): MutationPatch['test'] => ({
  file: 'packages/testkit/test/network.test.ts',
  title: `refuses ${title}`,
});

/** That a front end asks who sends a request: seen from outside, in a running network. */
export const patches: PatchList = {
  name: 'front-end',
  list: [
    {
      name: 'sender',
      off: 'a front end believes every From',
      file: 'packages/front-end/src/',
      find: "return acceptedOr(identityOf(request, { kind: 'user', addresses }, fqdn));",
      replace:
        "if (request.method === 'MESSAGE') return acceptedOr(identityOf(request, { kind: 'trusted-server', name: fqdn }, fqdn));\n    return acceptedOr(identityOf(request, { kind: 'user', addresses }, fqdn));",
      test: stranger('a user sends From another user: identity-not-authorised'),
    },
    {
      name: 'link',
      off: 'a front end lets any server of the topology in',
      file: 'packages/front-end/src/',
      find: "const allow = member.authorise({ fqdn, interface: 'internal', service: 'sip' });",
      replace:
        "const allow: ReturnType<typeof member.authorise> = () => ({ ok: true, server: 'x', role: 'front-end', row: 13 });",
      test: stranger(
        'a gateway of the topology dials a front end, which no row of the matrix allows: role-not-allowed-on-link',
      ),
    },
  ],
};
