import { freePorts } from '@entente/testkit';
import type { Play } from '../readmes/reader.ts';
import type { Scene } from './scene.ts';

const home = 'packages/tls';

/** The README of tls: certificates, a server, clients, and a look at the server by the roots of this system. */
export const tlsScene: Scene = {
  name: 'a server, a client and a refusal',
  homes: [home],
  async play(reader) {
    const [port = 0] = await freePorts(1);
    const here: Play = { places: { 8443: `${port}`, 'port: 443': `port: ${port}` } };
    await reader.run(reader.find(home, 'openssl req -x509'), here);
    const started = { ...here, prints: /listening on port/ };
    await using _server = await reader.start(reader.find(home, 'serve(https'), started);
    await reader.run(reader.find(home, 'dispatcher(Agent'), {
      ...here,
      prints: /^hello, client\.contoso\.example$/m,
    });
    await reader.run(reader.find(home, 'bank.contoso.example'), {
      ...here,
      prints: /✗ refused: name-mismatch/,
    });
    const look = { ...here, args: ['localhost'], prints: /✗ refused: unknown-issuer/ };
    await reader.run(reader.find(home, 'serverChain'), look);
  },
};
