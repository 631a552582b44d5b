import { join } from 'node:path';
import { type Logger, OperatorFault, type Plugins, pathBeside, type ServerProblem } from '@entente/host';
import { expectStore, type Member } from '@entente/member';
import { readSecret } from '@entente/pki/node';
import { type Locations, locationsPort } from '@entente/sip-proxy/locations';
import { RedisLocations, type RedisPlace } from '@entente/store-redis';
import { connect } from '@entente/tls';
import { RegistrationsFile } from '../registrations/registrations-file.ts';
import { KnownLocations } from './known-locations.ts';
import { PluginLocations } from './plugin-locations.ts';

const maxPasswordBytes = 4_096;
/** In the directory of the server: the copy that it starts with while the store is away. */
const keptCopy = 'locations.jsonl';

/** Where the users of the pool are, for all its servers. */
export interface SharedLocations extends AsyncDisposable {
  /** Undefined where the servers tell each other. */
  readonly locations: Locations | undefined;
  /** Whether the Redis cannot be reached now; false where there is none. */
  readonly isLost: boolean;
  /** That the Redis answers and takes no changes, that it throws registrations away when its memory is full, or that the copy could not be written with which it starts while the Redis is away. */
  problems(): readonly ServerProblem[];
}

/** Where users are kept, as the configuration of a server says. */
export interface LocationsSettings {
  /** Of the server; the copy is kept there. */
  readonly directory: string;
  /** The Redis that all servers of the pool share; undefined where they tell each other, or a plugin keeps them. */
  readonly locations?:
    | {
        readonly redis: {
          /** An address of this machine, or the name of a store of the topology. */
          readonly host: string;
          /** 1 to 65535. */
          readonly port: number;
          /** Account of Redis, where it has any. */
          readonly username?: string | undefined;
          /** File with the password, relative to the configuration file; without it none is sent. */
          readonly passwordFile?: string | undefined;
        };
      }
    | undefined;
}

/** What {@link openLocations} needs. */
export interface OpenLocationsOptions {
  /** The part of the configuration that is about locations. */
  readonly config: LocationsSettings;
  /** Path of the configuration file: paths in it are relative to it. */
  readonly configFile: string;
  /** Those that are loaded; one of them may provide the store. */
  readonly plugins: Pick<Plugins, 'calls'>;
  /** Its pool, and the certificate and trust with which the store is dialled. */
  readonly member: Member;
  /** Receives a line when the store fails, is back, or was read again. */
  readonly logger: Logger;
}

/**
 * Opens the store that the configuration names, or takes that of a plugin.
 * @param options - configuration, plugins, and who this server is
 * @throws OperatorFault `ENTENTE_LOCATIONS_TWICE`, `ENTENTE_LOCATIONS_STORE`; RedisFault `ENTENTE_REDIS_PLAIN`
 */
export async function openLocations(options: OpenLocationsOptions): Promise<SharedLocations> {
  const { config, configFile, logger, member, plugins } = options;
  const provided = plugins.calls(locationsPort);
  const redis = config.locations?.redis;
  if (provided.length + (redis === undefined ? 0 : 1) > 1) {
    throw new OperatorFault('ENTENTE_LOCATIONS_TWICE', {
      sentence: `expected one store of locations, found ${[...provided.map(({ plugin }) => `plugin ${plugin}`), ...(redis === undefined ? [] : ['"redis"'])].join(' and ')}`,
      place: `"locations" and "plugins" in ${configFile}`,
      remedy: 'leave one of them, the same at each server of the pool',
    });
  }
  const done = async () => {};
  if (redis === undefined) {
    const [store] = provided;
    const locations =
      store === undefined ? undefined : new KnownLocations(new PluginLocations(store, logger));
    return { locations, isLost: false, problems: () => [], [Symbol.asyncDispose]: done };
  }
  const password = await readRedisPassword(config, configFile);
  const path = join(pathBeside(configFile, config.directory), keptCopy);
  let file: RegistrationsFile | undefined;
  const locations = await RedisLocations.open({
    place: placeOf(redis, member),
    pool: member.topology.servers.get(member.fqdn)?.pool?.fqdn ?? member.fqdn,
    username: redis.username,
    password,
    log: logger,
    snapshot: async (restore, entries) => {
      file = await RegistrationsFile.open({ path, kind: 'redis', logger, clock: Date.now }, restore, entries);
      return file;
    },
  });
  return {
    locations,
    get isLost() {
      return locations.isLost;
    },
    problems: () => [
      ...refusedProblems(locations),
      ...evictingProblems(locations),
      ...(file?.problems() ?? []),
    ],
    async [Symbol.asyncDispose]() {
      await locations[Symbol.asyncDispose]();
      await file?.[Symbol.asyncDispose]();
    },
  };
}

/** Its users are still found; nobody can register. */
function refusedProblems({ refused }: RedisLocations): readonly ServerProblem[] {
  if (refused === undefined) return [];
  const { code, remedy } = refused;
  const message = `expected a store of locations that takes changes, found ${code}: registrations are refused`;
  return [{ part: 'locations', message, remedy, stops: false }];
}

/** Nothing is lost yet; once its memory is full, users who are registered are not found any more. */
function evictingProblems({ evicts }: RedisLocations): readonly ServerProblem[] {
  if (evicts === undefined) return [];
  const { policy, remedy } = evicts;
  const message = `expected a store of locations that keeps what it has, found maxmemory-policy ${policy}: when its memory is full it throws registrations away`;
  return [{ part: 'locations', message, remedy, stops: false }];
}

/**
 * Reads the password of the account of Redis.
 * @param config - of the server
 * @param configFile - that its path is relative to
 * @returns undefined where the configuration names no file
 * @throws OperatorFault `ENTENTE_FILE_UNREADABLE`; PkiFault `ENTENTE_PKI_SECRET_EXPOSED`
 */
export async function readRedisPassword(
  config: Pick<LocationsSettings, 'locations'>,
  configFile: string,
): Promise<string | undefined> {
  const file = config.locations?.redis.passwordFile;
  if (file === undefined) return undefined;
  const path = pathBeside(configFile, file);
  const password = (await readSecret(path, maxPasswordBytes))?.trim();
  if (password !== undefined && password !== '') return password;
  throw new OperatorFault('ENTENTE_FILE_UNREADABLE', {
    sentence: `expected a file with the password of Redis, found ${password === undefined ? 'none' : 'an empty one'}`,
    place: path,
    remedy: 'write the password into it, readable by its owner alone, or correct "passwordFile"',
  });
}

/** This machine in plain text; a store of the topology under TLS, with a certificate for its name that our own trust accepts. */
function placeOf(
  { host, port }: { readonly host: string; readonly port: number },
  member: Member,
): RedisPlace {
  const store = member.topology.stores.get(host);
  if (store === undefined) return { host, port };
  if (store.kind !== 'redis') {
    throw new OperatorFault('ENTENTE_LOCATIONS_STORE', {
      sentence: `expected a store of kind redis, found ${host} of kind ${store.kind}`,
      place: '"locations" in the configuration',
      remedy: 'name a store that the topology lists with kind redis',
    });
  }
  const expectation = expectStore(member, host, 'redis');
  return {
    host,
    port: store.port ?? port,
    dial: () => connect({ host: store.address ?? host, port: store.port ?? port, ...expectation }),
  };
}
