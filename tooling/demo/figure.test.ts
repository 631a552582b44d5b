import { fileURLToPath } from 'node:url';
import { layOut, portsNeeded, topologyOf } from '@entente/testkit/parts';
import { buildTopology } from '@entente/topology';
import { drawSvg } from '@entente/topology-planning';
import { expect, it } from 'vitest';
import { completeTopology, portsToComplete } from './network/whole-contoso.ts';

const figure = fileURLToPath(new URL('../../docs/network.svg', import.meta.url));

it('the figure of README and docs is what `entente topology draw` makes of the network of the demo', async () => {
  const ports = Array.from({ length: portsNeeded + portsToComplete }, (_, index) => 20_000 + index);
  const keys = { administrator: new Uint8Array(1), root: new Uint8Array(1) };
  const document = topologyOf(layOut('contoso.example', ports.splice(0, portsNeeded)), keys, 0, {
    partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
    isPool: true,
    hasDirectors: true,
  });
  const svg = drawSvg(buildTopology({ ...completeTopology(document, ports), version: 2 }));
  // `vitest run tooling/demo/figure.test.ts --update` writes it again.
  await expect(svg).toMatchFileSnapshot(figure);
});
