import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkFolderFault } from './fault.ts';

/** A server of the network: its name, and what it listens on. */
export interface PlannedServer {
  /** FQDN in lower case, e.g. `fe1.my-net.example`. */
  readonly name: string;
  /** By the names of the topology, e.g. `sip`. */
  readonly ports: Readonly<Record<string, number>>;
}

/** What the network consists of, as network.json has it. */
export interface NetworkPlan {
  /** The SIP domain of the network, in lower case, at most 200 characters; its servers have names below it. */
  readonly domain: string;
  /** Ports `https` and `objects`. */
  readonly authority: PlannedServer;
  /** Ports `sip` and `web`. */
  readonly frontEnds: readonly PlannedServer[];
}

/** The users of a new network, each at a front end: the first ones may be the same. */
export const users = ['alice', 'bob'] as const;
/** File of the plan in the folder of the network. */
export const planFile = 'network.json';

const portNames = { authority: ['https', 'objects'], frontEnd: ['sip', 'web'] } as const;
/** Ports that {@link layOut} needs. */
export const portsNeeded = 6;

/**
 * Lays a network out: an authority and two front ends.
 * @param domain - e.g. `my-net.example`
 * @param ports - {@link portsNeeded} of them
 */
export function layOut(domain: string, ports: readonly number[]): NetworkPlan {
  const left = [...ports];
  const server = (label: string, names: readonly string[]): PlannedServer => ({
    name: `${label}.${domain}`,
    ports: Object.fromEntries(names.map((name) => [name, left.shift() as number])),
  });
  return {
    domain,
    authority: server('ca', portNames.authority),
    frontEnds: ['fe1', 'fe2'].map((label) => server(label, portNames.frontEnd)),
  };
}

/** Whether a text is a domain name in lower case, short enough for the names of servers below it. */
export function isDomain(text: string): boolean {
  return text.length <= 200 && /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(text);
}

/** Every server of the network, the authority first. */
export function serversOf({ authority, frontEnds }: NetworkPlan): readonly PlannedServer[] {
  return [authority, ...frontEnds];
}

/** The first part of the name of a server, after which its configuration is named. */
export function labelOf({ name }: PlannedServer): string {
  return name.split('.', 1)[0] as string;
}

/** The front end at which a user registers. */
export function homeOf({ frontEnds }: NetworkPlan, user: (typeof users)[number]): PlannedServer {
  return frontEnds[users.indexOf(user) % frontEnds.length] as PlannedServer;
}

/**
 * Reads the plan of a network.
 * @param folder - of the network
 * @throws NetworkFolderFault where the folder has none, or what it has is not one
 */
export function readPlan(folder: string): NetworkPlan {
  const file = join(folder, planFile);
  let plan: unknown;
  try {
    plan = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NetworkFolderFault(
      'ENTENTE_NETWORK_PLAN_INVALID',
      code === 'ENOENT'
        ? {
            sentence: 'expected a network in this folder, found no such file',
            place: file,
            remedy: 'run this in the folder that npm create @entente has created',
          }
        : { sentence: `expected JSON, found something else: ${message}`, place: file, remedy: 'correct it' },
    );
  }
  if (isPlan(plan)) return plan;
  throw new NetworkFolderFault('ENTENTE_NETWORK_PLAN_INVALID', {
    sentence:
      'expected a domain, an authority (https, objects) and front ends (sip, web) with ports from 1024 on, found something else',
    place: file,
    remedy: 'correct it; npm create @entente in another folder shows how it looks',
  });
}

function isPlan(value: unknown): value is NetworkPlan {
  const { domain, authority, frontEnds } = (value ?? {}) as Partial<NetworkPlan>;
  const fits = (server: PlannedServer | undefined, names: readonly string[]): boolean =>
    isDomain(String(server?.name)) &&
    names.every((name) => Number.isInteger(server?.ports?.[name]) && Number(server?.ports[name]) >= 1024);
  return (
    isDomain(String(domain)) &&
    fits(authority, portNames.authority) &&
    Array.isArray(frontEnds) &&
    frontEnds.length > 0 &&
    frontEnds.every((one) => fits(one, portNames.frontEnd))
  );
}
