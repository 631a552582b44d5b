import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'director',
  list: [
    {
      name: 'route-of-outsiders',
      off: 'a user outside chooses a server inside by a Route',
      file: 'packages/director/src/',
      find: "if (next !== undefined) return relayNotAllowed('Route', next.uri.toString());",
      replace: '',
      test: {
        file: 'packages/director/test/director.test.ts',
        title: 'chooses no way through a server inside',
      },
    },
    {
      name: 'partner-goes-on',
      off: 'a partner is carried on to another domain',
      file: 'packages/director/src/',
      find: "const called = uri.kind === 'sip' && topology.isOurDomain(uri.host) ? addressOfRecord(uri) : undefined;",
      replace: "const called = uri.kind === 'sip' ? addressOfRecord(uri) : undefined;",
      test: {
        file: 'packages/director/test/director.test.ts',
        title: 'is carried on to nobody else: sip:bob@fabrikam.example',
      },
    },
    {
      name: 'partner-registers',
      off: 'a partner sends a REGISTER inside',
      file: 'packages/director/src/',
      find: "if (called === undefined || request.method === 'REGISTER')",
      replace: 'if (called === undefined)',
      test: { file: 'packages/director/test/director.test.ts', title: 'registers nobody' },
    },
    {
      name: 'path-of-outsiders',
      off: 'an outsider uses our Path entry',
      file: 'packages/director/src/',
      find: "if (!isInsider) return relayNotAllowed('Route', 'a Path entry');",
      replace: '',
      test: {
        file: 'packages/director/test/director.test.ts',
        title: 'is not sent along our Path by an outsider',
      },
    },
  ],
};
