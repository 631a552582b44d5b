import { describe, expect, it } from 'vitest';
import { hers, his, message, start } from '../test/edge-between.ts';

const parameter = 'entente-connection';

describe('the connection of a client', () => {
  it('has a name in the Via of the edge, another one for each connection, and not that of its routes', () => {
    const { flowOfClient, fromClient, reconnect, sent } = start();
    const send = () => {
      fromClient(message('REGISTER', hers, hers, { uri: 'sip:contoso.example' }));
      return sent.inside.at(-1)?.message.topVia.parameters.raw(parameter);
    };
    const before = [send(), send()];
    const flow = flowOfClient();
    reconnect();
    const after = send();
    expect(before[0]).toMatch(/^[\w.-]{8,64}$/);
    expect(before[1]).toBe(before[0]);
    expect(after).not.toBe(before[0]);
    expect([flow, flowOfClient()]).not.toContain(before[0]);
    expect(flow.split('.')[0]).not.toBe(before[0]?.split('.')[0]);
  });

  it('keeps that name when the client writes another one', () => {
    const { fromClient, sent } = start();
    const via = `SIP/2.0/TLS client.invalid;branch=z9hG4bK1;${parameter}=mine`;
    fromClient(message('MESSAGE', hers, hers, { via }));
    const [own, ofClient] = sent.inside[0]?.message.vias ?? [];
    expect(own?.parameters.raw(parameter)).not.toBe('mine');
    expect(ofClient?.parameters.raw(parameter)).toBe('mine');
  });

  it('is named to servers inside alone, and that of a partner to nobody', () => {
    const { fromFrontEnd, fromPartner, sent } = start();
    fromPartner(message('MESSAGE', his, hers));
    fromFrontEnd(message('MESSAGE', hers, his));
    expect(sent.inside[0]?.message.wire).not.toContain(parameter);
    expect(sent.outside[0]?.message.wire).not.toContain(parameter);
  });
});
