import { isAbsolute } from 'node:path';
import { openSqliteLocations } from './sqlite-locations.js';

export { openSqliteLocations };

const locations = { name: 'locations', version: 2 };

const fileOf = (value) => (typeof value === 'object' && value !== null ? value.file : undefined);

/** Any Standard Schema will do here, zod's for instance. */
const configSchema = {
  '~standard': {
    version: 1,
    vendor: 'entente-plugin-sqlite-locations',
    validate(value) {
      const file = fileOf(value);
      if (typeof file === 'string' && isAbsolute(file)) return { value: { file } };
      return { issues: [{ message: 'expected the absolute path of a file', path: ['file'] }] };
    },
  },
};

/** Keeps where users are in a SQLite file, which all servers of a pool on one machine share. */
export const plugin = {
  name: 'sqlite-locations',
  apiVersion: 1,
  requires: [],
  provides: [locations],
  configSchema,
  setup(scope, { file }) {
    const store = openSqliteLocations(file);
    scope.onDispose(() => store.close());
    scope.provide(locations, store);
    scope.log.info({ file }, 'users are found in this file');
  },
};
