import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { leadingHere } from './outside.ts';
import type { Scene } from './scene.ts';

const [host, commands] = ['packages/host', 'packages/commands'] as const;

/** READMEs whose programs need arguments or files, and nothing that runs beside them. */
export const hostScene: Scene = {
  name: 'a server of one’s own, and the verbs',
  homes: [host, commands],
  async play(reader) {
    const block = reader.find(host, 'await runServer');
    await writeFile(join(reader.folderOf(host), 'server.yaml'), 'fqdn: fe1.contoso.example\nport: 5061\n');
    await using _server = await reader.start(block, {
      args: ['--config', 'server.yaml'],
      prints: /"event":"started"|"msg":"started"|started/,
    });
    await writeFile(join(reader.folderOf(host), 'server.yaml'), 'fqdn: fe1.contoso.example\nport: many\n');
    await reader.run(block, { args: ['--config', 'server.yaml'], status: 2, prints: /server\.yaml:2:/ });
    // Nothing listens there.
    const env = leadingHere(reader.newcomer);
    await reader.run(reader.find(commands, 'createProgram'), { env, status: 1, prints: /'explain'/ });
  },
};
