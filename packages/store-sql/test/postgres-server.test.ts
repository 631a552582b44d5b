import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { openPostgresAccounts, type PostgresServer } from '@entente/store-sql/postgres';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { describeOnPostgres } from './on-postgres.ts';
import { enabled } from './records.ts';

const somewhere: PostgresServer = { host: 'db01.contoso.example', database: 'entente', user: 'entente' };
const badArgument = 'ENTENTE_ACCOUNTS_BAD_ARGUMENT';
const unavailable = 'ENTENTE_ACCOUNTS_UNAVAILABLE';

describe('a PostgreSQL server that is not on this machine', () => {
  it.each(['db01.contoso.example', '192.0.2.1', '2001:db8::1', 'localhost', '0.0.0.0'])(
    'is refused without a CA certificate, whatever the environment says: %s',
    async (host) => {
      process.env.PGSSLMODE = 'disable';
      try {
        await expect(openPostgresAccounts({ server: { ...somewhere, host } })).rejects.toMatchObject({
          code: badArgument,
          place: '"tls" of the PostgreSQL server',
          remedy: expect.stringContaining('CA'),
        });
      } finally {
        delete process.env.PGSSLMODE;
      }
    },
  );

  it.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
    'is refused with a CA that is no certificate',
    async (caPem) => {
      await expect(openPostgresAccounts({ server: { ...somewhere, tls: { caPem } } })).rejects.toMatchObject({
        code: badArgument,
        place: '"tls.caPem" of the PostgreSQL server',
      });
    },
  );
});

describe('a PostgreSQL server', () => {
  it.each([
    [{ port: 0 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ user: '' }, 'user'],
    [{ database: '' }, 'database'],
    [{ host: '' }, 'host'],
  ])('is refused with %o', async (changes, name) => {
    const server = { ...somewhere, host: '127.0.0.1', ...changes };
    await expect(openPostgresAccounts({ server })).rejects.toMatchObject({
      code: badArgument,
      place: `"${name}" of the PostgreSQL server`,
    });
  });

  it('that is not there is a fault that says where it was looked for', async () => {
    const server = { ...somewhere, host: '127.0.0.1', port: 1 };
    await expect(openPostgresAccounts({ server, patienceMs: 0 })).rejects.toMatchObject({
      code: unavailable,
      place: 'postgresql://entente@127.0.0.1:1/entente',
    });
  });
});

describe('a PostgreSQL server that the caller judges', () => {
  const secure = async (): Promise<never> => {
    throw new Error('judged');
  };

  it('may be on another machine, and has no CA beside that', async () => {
    const { caPem } = { caPem: (await createTestAuthority('Some CA')).certificatePem };
    await expect(
      openPostgresAccounts({ server: { ...somewhere, secure, tls: { caPem } } }),
    ).rejects.toMatchObject({ code: badArgument, place: '"tls" of the PostgreSQL server' });
  });

  it.each([
    ['S', 'judged'],
    ['N', 'SSL'],
    ['Sx', 'SSL'],
    ['E', 'SSL'],
  ])('is judged once it has agreed to TLS with one byte, and nothing else: %s', async (answer, found) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(answer));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const place = { ...somewhere, address: '127.0.0.1', port, secure };
      await expect(openPostgresAccounts({ server: place, patienceMs: 0 })).rejects.toMatchObject({
        code: unavailable,
        message: expect.stringContaining(found),
      });
    } finally {
      server.close();
    }
  });
});

describeOnPostgres('a PostgreSQL server without TLS', (on) => {
  it('is refused where TLS is asked for, and is told no password', async () => {
    const { caPem } = { caPem: (await createTestAuthority('Some CA')).certificatePem };
    const { port } = on.postgres;
    const server = { host: 'localhost', port, database: 'postgres', user: 'postgres', tls: { caPem } };
    let asked = false;
    const password = () => {
      asked = true;
      return 'secret';
    };
    await expect(
      openPostgresAccounts({ server: { ...server, password }, patienceMs: 0 }),
    ).rejects.toMatchObject({ code: unavailable, message: expect.stringContaining('SSL') });
    expect(asked).toBe(false);
  });

  it('that refuses the password is a fault without it', async () => {
    const { port, user } = on.postgres;
    const server = { host: '127.0.0.1', port, user, database: 'postgres', password: () => 'wrong-secret' };
    const fault: unknown = await openPostgresAccounts({ server }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ code: unavailable, remedy: expect.stringContaining('password') });
    expect(inspect(fault, { depth: 10, showHidden: true })).not.toContain('wrong-secret');
  });

  it('has its password asked for again for each connection', async () => {
    const { password: right, port, user } = on.postgres;
    const passwords = ['wrong', right];
    const server = {
      host: '127.0.0.1',
      port,
      user,
      database: 'postgres',
      password: () => passwords.shift() ?? '',
    };
    await expect(openPostgresAccounts({ server })).rejects.toMatchObject({ code: unavailable });
    await using accounts = await openPostgresAccounts({ server, maxConnections: 1 });
    expect(inspect(accounts, { depth: 10, showHidden: true })).not.toContain(right);
  });

  it.each(['fsync', 'full_page_writes'])(
    'is refused with %s off: a crash would lose accounts',
    async (name) => {
      const server = await on.databases.create();
      await on.databases.sql('postgres', `ALTER SYSTEM SET ${name} = off`);
      await on.postgres.stop('fast');
      await on.postgres.start();
      try {
        await expect(openPostgresAccounts({ server })).rejects.toMatchObject({
          code: unavailable,
          remedy: `set ${name} = on in postgresql.conf`,
        });
      } finally {
        await on.databases.sql('postgres', `ALTER SYSTEM RESET ${name}`);
        await on.postgres.stop('fast');
        await on.postgres.start();
      }
    },
  );

  it('flushes each change though its user is set to do without', async () => {
    const server = await on.databases.create();
    await on.databases.sql('postgres', 'ALTER ROLE entente SET synchronous_commit = off');
    // A trigger sees the setting that the change is made with.
    const accounts = await on.databases.open(server);
    await on.databases.sql(
      server.database,
      `CREATE TABLE seen (setting TEXT);
GRANT INSERT ON seen TO entente;
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
CREATE TRIGGER see AFTER INSERT ON accounts EXECUTE FUNCTION see()`,
    );
    try {
      await accounts.put(enabled('alice'), 'absent');
      expect(await on.databases.sql(server.database, 'SELECT setting FROM seen')).toEqual([
        { setting: 'on' },
      ]);
    } finally {
      await on.databases.sql('postgres', 'ALTER ROLE entente RESET synchronous_commit');
    }
  });

  it('has its connections bounded, and the calls that wait for one', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server, { maxConnections: 2, maxWaiting: 20 });
    const count = "SELECT count(*)::integer AS connections FROM pg_stat_activity WHERE datname = '";
    const calls = await Promise.allSettled(
      Array.from({ length: 30 }, () => accounts.find('alice@contoso.example')),
    );
    expect(calls.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(calls.at(-1)).toMatchObject({
      reason: { code: unavailable, message: expect.stringContaining('wait') },
    });
    const [row] = await on.databases.sql('postgres', `${count}${server.database}'`);
    expect(row?.connections).toBeLessThanOrEqual(2);
  });
});

let authority: TestAuthority;

describeOnPostgres(
  'a PostgreSQL server with TLS',
  (on) => {
    const serverNamed = (host: string, caPem: string): PostgresServer => {
      const { password, port, user } = on.postgres;
      return { host, port, user, database: 'postgres', password: () => password, tls: { caPem } };
    };

    it('is used where its certificate is of the CA that is named, and is valid for the host', async () => {
      const server = serverNamed('localhost', authority.certificatePem);
      await using accounts = await openPostgresAccounts({ server });
      expect(await accounts.put(enabled('alice'), 'absent')).toMatchObject({ ok: true });
    });

    it.each([
      [
        'of another CA',
        'localhost',
        async () => (await createTestAuthority('Contoso Root CA')).certificatePem,
      ],
      ['for another host', '127.0.0.1', async () => authority.certificatePem],
    ])('is refused with a certificate %s, at once and with what to check', async (_, host, caPem) => {
      const server = serverNamed(host, await caPem());
      await expect(openPostgresAccounts({ server, patienceMs: 100_000 })).rejects.toMatchObject({
        code: unavailable,
        remedy: expect.stringContaining('CA file'),
      });
    });
  },
  async () => {
    authority = await createTestAuthority('Contoso Root CA');
    const tls = await authority.issue({ dnsNames: ['localhost'] });
    return { tls };
  },
);
