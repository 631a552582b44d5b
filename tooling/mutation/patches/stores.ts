import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'stores',
  list: [
    {
      name: 'postgres-in-the-clear',
      off: 'a PostgreSQL server on another machine is spoken to without TLS',
      file: 'packages/store-sql/src/',
      find: 'if (isLocal(host) && (address === undefined || isLocal(address))) return;',
      replace: 'if (host.length > 0) return;',
      test: {
        file: 'packages/store-sql/test/postgres-server.test.ts',
        title: 'is refused without a CA certificate, whatever the environment says: 192.0.2.1',
      },
    },
    {
      name: 'postgres-unproven',
      off: 'any certificate will do for a PostgreSQL server',
      file: 'packages/store-sql/src/',
      find: 'rejectUnauthorized: true,',
      replace: 'rejectUnauthorized: false,',
      test: {
        file: 'packages/store-sql/test/postgres-server.test.ts',
        title: 'is refused with a certificate of another CA, at once and with what to check',
      },
    },
    {
      name: 'redis-in-clear',
      off: 'a store on another machine is asked in plain text',
      file: 'packages/store-redis/src/',
      find: 'if (dial !== undefined || isThisMachine(host)) return;',
      replace: 'if (host !== undefined) return;',
      test: {
        file: 'packages/store-redis/test/redis-locations.test.ts',
        title: 'at 192.0.2.1 is refused without TLS',
      },
    },
  ],
};
