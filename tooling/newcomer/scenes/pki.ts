import { freePorts } from '@entente/testkit';
import type { Scene } from './scene.ts';

const home = 'packages/pki';

/** The README of `@entente/pki`: a private CA, twice, a service below it, and the parts that it is made of. */
export const pkiScene: Scene = {
  name: 'a private CA and a service',
  homes: [home],
  async play(reader) {
    const [port = 0] = await freePorts(1);
    const ca = reader.find(home, "identity('orders.contoso.example', 'localhost'");
    const first = await reader.run(ca, {
      prints: /^orders\.contoso\.example: [0-9a-f]{40}, valid until 20/m,
    });
    const again = await reader.run(ca);
    if (again !== first) throw new Error(`expected the same identities the second time, found ${again}`);
    await using _service = await reader.start(reader.find(home, 'serve(https'), {
      places: { 8443: `${port}` },
      prints: /listening on port/,
    });
    await reader.run(reader.find(home, 'createIssuance({'));
  },
};
