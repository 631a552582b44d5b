import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'web-services',
  list: [
    {
      name: 'any-server-is-proxy',
      off: 'a server of any role brings requests as a reverse proxy',
      file: 'packages/web-services/src/',
      find: "allow: member.authorise({ fqdn, interface: 'internal', service: 'proxied' }),",
      replace: 'allow: () => ({ ok: true }),',
      test: {
        file: 'tooling/scenarios/web-services/web-links.test.ts',
        title: 'refuses another role: role-not-allowed-on-link',
      },
    },
    {
      name: 'any-front-end',
      off: 'passwords are handed to any server with a certificate of our CA',
      file: 'packages/web-services/src/',
      find: "allow: member.authorise({ fqdn, interface: 'internal', service: 'web' }),",
      replace: 'allow: () => ({ ok: true }),',
      test: {
        file: 'tooling/scenarios/web-services/web-links.test.ts',
        title: 'hand no password to a certificate of two servers: identity-ambiguous',
      },
    },
    {
      name: 'client-of-anybody',
      off: 'a user says by a header which address the request comes from',
      file: 'packages/web-services/src/',
      find: "return { client: incoming.socket.remoteAddress ?? '', where: 'inside', origin };",
      replace:
        "return { client: forwardedFor(incoming.headers['x-forwarded-for']) ?? incoming.socket.remoteAddress ?? '', where: 'inside', origin };",
      test: {
        file: 'tooling/scenarios/web-services/web-hostile.test.ts',
        title:
          'counts by the address of the connection where no reverse proxy has brought it, whatever it says',
      },
    },
    {
      name: 'other-origin',
      off: 'a page of another origin changes something',
      file: 'packages/web-services/src/',
      find: 'if (from !== undefined && from !== origin) return otherOrigin;',
      replace: '',
      test: {
        file: 'tooling/scenarios/web-services/web-services.test.ts',
        title: 'is refused where a page of somebody else has made the browser send it',
      },
    },
  ],
};
