import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
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
 * @param config - of {@link writeRoomConfig}
 * @param env - variables that it has besides those of this process
 */
export async function startRoomChild(config: string, env: NodeJS.ProcessEnv = {}) {
  const script = fileURLToPath(new URL('./room-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@entente/source', '--import', 'tsx', script, config], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += String(text);
  });
  const ended = once(child, 'close');
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"event":"started"')) resolve();
    });
    child.once('exit', () => reject(new Error(complaint)));
  });
  return {
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
