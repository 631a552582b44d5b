import { type Postgres, type PostgresOptions, startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type Databases, databasesOn } from './postgres-databases.ts';

/** What tests on a PostgreSQL of their own have while they run. */
export interface OnPostgres {
  readonly postgres: Postgres;
  readonly databases: Databases;
}

/**
 * Tests on a PostgreSQL of their own. Where there is none they are reported as skipped, with the reason.
 * @param tests - registers them; what it is given can be used inside of them only
 * @param options - of the server
 */
export function describeOnPostgres(
  title: string,
  tests: (on: OnPostgres) => void,
  options: () => Promise<PostgresOptions> = async () => ({}),
): void {
  const reason = whyNoPostgres();
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (${reason})`, () => {
    let postgres: Postgres;
    let databases: Databases;
    beforeAll(async () => {
      postgres = await startPostgres(await options());
      databases = databasesOn(postgres);
    });
    afterEach(() => databases?.close());
    afterAll(() => postgres?.[Symbol.asyncDispose]());
    tests({
      get postgres() {
        return postgres;
      },
      get databases() {
        return databases;
      },
    });
  });
}

/** Waits for what a server hears from another one. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition).toBe(true);
}
