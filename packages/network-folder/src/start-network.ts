import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkFolderFault } from './fault.ts';
import { admitAll, createAuthority } from './first-start.ts';
import { isFree, loopback } from './free-ports.ts';
import {
  labelOf,
  type NetworkPlan,
  type PlannedServer,
  planFile,
  readPlan,
  serversOf,
} from './network-plan.ts';
import { Program } from './program.ts';

/** A network whose servers have started. */
export interface RunningNetwork {
  /** As network.json had it when the network was started. */
  readonly plan: NetworkPlan;
  /** Resolves when a server has ended by itself, with a sentence that says which, and why. */
  readonly ended: Promise<string>;
  /**
   * Stops all servers, the authority last.
   * @returns whether each stopped as it should
   */
  stop(): Promise<boolean>;
}

/**
 * Starts the servers of a network; the first time it creates keys and authority, and signs the topology.
 * @param folder - absolute path of what `npm create @entente` created, with its packages installed
 * @param say - is shown what is done
 * @param clock - by which certificates of front ends have expired, milliseconds since 1970; default: of the machine
 * @throws NetworkFolderFault where something keeps the network from starting; nothing runs then
 */
export async function startNetwork(
  folder: string,
  say: (line: string) => void,
  clock: () => number = Date.now,
): Promise<RunningNetwork> {
  const plan = readPlan(folder);
  const { authority, domain, frontEnds } = plan;
  await refuseUsedPorts(folder, plan);
  if (!existsSync(join(folder, 'ca')))
    say(`${domain} is started for the first time: creating its keys, signing its topology`);
  await createAuthority(folder, plan, say);
  const started: Program[] = [];
  const stop = async (): Promise<boolean> => {
    const [first, ...others] = started.splice(0);
    const stopped = await Promise.all(others.map((program) => program.stop()));
    return ((await first?.stop()) ?? true) && !stopped.includes(false);
  };
  const start = async (server: PlannedServer, command: string, config: string): Promise<void> => {
    const log = join(folder, 'logs', `${labelOf(server)}.log`);
    const program = new Program(command, config, { folder, log, name: server.name });
    started.push(program);
    await program.waitFor(({ event }) => event === 'started');
    say(`  ✓ ${server.name} has started`);
  };
  try {
    await start(authority, 'entente-authority-server', 'ca/authority.yaml');
    await admitAll(folder, plan, say, clock());
    await Promise.all(frontEnds.map((one) => start(one, 'entente-pool-server', `${labelOf(one)}.yaml`)));
  } catch (error) {
    await stop();
    throw error;
  }
  const ended = Promise.race(started.map(async (program) => (await program.ended).sentence));
  return { plan, ended, stop };
}

async function refuseUsedPorts(folder: string, plan: NetworkPlan): Promise<void> {
  for (const { name, ports } of serversOf(plan)) {
    for (const [service, port] of Object.entries(ports)) {
      if (await isFree(port)) continue;
      const isNew = !existsSync(join(folder, 'ca'));
      throw new NetworkFolderFault('ENTENTE_NETWORK_PORT_IN_USE', {
        sentence: `expected the port to be free for ${name} (${service}), found it in use`,
        place: `${loopback}:${port}`,
        remedy: `if npm start of this network runs in another terminal, stop it there; otherwise stop the program that uses the port${isNew ? `, or write another number into ${planFile}` : ''}`,
      });
    }
  }
}
