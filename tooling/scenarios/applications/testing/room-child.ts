import { writeFile } from 'node:fs/promises';
import { startProgram } from '@entente/testkit/repository';
import type { startApplicationNetwork } from './application-network.ts';

/** The chat server that runs as a process of its own. */
export const fqdn = 'chat1.contoso.example';
/** Its room. */
export const lobby = 'sip:lobby@chat.contoso.example';

/**
 * Writes what `room-process.ts` needs.
 * @param config - the file
 * @param network - whose member it is
 * @param file - its database
 * @param moderators - names of those who are members of the lobby from the start
 */
export async function writeRoomConfig(
  config: string,
  network: Awaited<ReturnType<typeof startApplicationNetwork>>,
  file: string,
  moderators: readonly string[],
): Promise<void> {
  const settings = {
    ...(await network.filesOf(fqdn)),
    document: network.topology.document,
    fqdn,
    file,
    rooms: [
      {
        address: lobby.slice('sip:'.length),
        moderators: moderators.map((name) => `${name}@contoso.example`),
      },
    ],
    bounds: { burst: 100 },
  };
  await writeFile(config, JSON.stringify(settings));
}

/**
 * Starts the chat server, and resolves once it serves.
 * @param configFile - of {@link writeRoomConfig}
 * @param launcher - what runs it, e.g. `env` with variables; default nothing
 */
export async function startRoomChild(configFile: string, launcher: readonly string[] = []) {
  const program = 'tooling/scenarios/applications/testing/room-process.ts';
  const running = await startProgram(program, { name: fqdn, configFile, launcher });
  return {
    async kill() {
      process.kill(running.pid, 'SIGKILL');
      await running.stop();
    },
  };
}
