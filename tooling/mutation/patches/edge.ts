import type { MutationPatch, PatchList } from '../patch.ts';

const sources = 'packages/edge/src/';

const stranger = (title: string): MutationPatch['test'] => ({
  file: 'packages/testkit/test/federation.test.ts',
  title: `refuses at the edge: ${title}`,
});

/** That an edge asks the federation's rules at all: seen from outside, by strangers at the door of two networks. */
export const patches: PatchList = {
  name: 'edge',
  list: [
    {
      name: 'domain-authority',
      off: 'the edge takes any message from a partner',
      file: sources,
      find: 'const rejection = checkPartnerRequest(request, authority, (host) => topology.isOurDomain(host));',
      replace: 'const rejection = undefined as ReturnType<typeof checkPartnerRequest>;',
      test: stranger('a partner sends From one of our own users: domain-not-authorised'),
    },
    {
      name: 'route-inside',
      off: 'a partner may route requests to servers of ours',
      file: sources,
      find: 'if (tokens.length > 0 && role !== undefined && rolesThatCheck.has(role))',
      replace: 'if (role !== undefined && rolesThatCheck.has(role))',
      test: stranger('a partner routes a request towards an internal server: relay-not-allowed'),
    },
    {
      name: 'partner-list',
      off: 'whoever has a certificate in order is let in as a partner',
      file: sources,
      find: 'const allowPartner = authorisePartner(topology);',
      replace:
        "const allowPartner: ReturnType<typeof authorisePartner> = () => ({ ok: true, server: 'anybody', role: 'partner', row: 12 });",
      test: stranger('somebody with a certificate in order is not listed as a partner: partner-not-allowed'),
    },
  ],
};
