import type { PatchList } from '../patch.ts';

/** Certificates of a public CA, which an operator renews. */
export const patches: PatchList = {
  name: 'external-certificates',
  list: [
    {
      name: 'external-certificate-ended',
      off: 'an edge says that it is well while every client and partner refuses its certificate of a public CA, which has expired',
      file: 'packages/edge/src/external-certificate.ts',
      find: '  if (now > notAfter)',
      replace: '  if (now > notAfter + notBefore)',
      test: {
        file: 'packages/edge/src/external-certificate.test.ts',
        title: 'is one once it has expired, and before it begins, whatever the topology says of it',
      },
    },
    {
      name: 'external-certificate-unnamed',
      off: 'an edge that cannot be started again, because the topology wants a certificate of a public CA since, says that it is well',
      file: 'apps/edge-server/src/outside-certificate.ts',
      find: "  if (outside?.certificate !== 'public') return [];",
      replace: '  if (outside !== null) return [];',
      test: {
        file: 'apps/edge-server/src/outside-certificate.test.ts',
        title:
          'is a problem of an edge that runs where the topology wants it since: it cannot be started again',
      },
    },
  ],
};
