import { contoso } from '@entente/testkit/topology';
import { diffTopologies, type TopologyDocument } from '@entente/topology';
import { describe, expect, it } from 'vitest';

function changed(after: Partial<TopologyDocument>): string {
  return diffTopologies(contoso, { ...contoso, ...after })
    .map(({ details = '', summary }) => `${summary}: ${details}`)
    .join('\n');
}

describe('what is shown of a change', () => {
  it('is everything that an added entry says', () => {
    const gateway = {
      fqdn: 'gw9.contoso.example',
      role: 'gateway',
      interfaces: { internal: { address: '192.0.2.9', ports: { sip: 5081 } } },
      flags: { treatAsAuthenticated: true },
    } as const;
    const shown = changed({ servers: [...contoso.servers, gateway] });
    expect(shown).toContain(
      'servers › gw9.contoso.example added: role gateway, interfaces (internal (address 192.0.2.9, ports (sip 5081))), flags (treatAsAuthenticated true)',
    );
  });

  it('is every entry of a long list', () => {
    const routes = Array.from({ length: 20 }, (_, index) => ({
      prefix: `+49${index}`,
      gateway: `gw${index}.contoso.example`,
    }));
    const shown = changed({ telephony: { routes } });
    for (const { gateway } of routes) expect(shown).toContain(gateway);
  });
});
