import { describe, expect, it } from 'vitest';
import { OwnVias } from './own-vias.ts';

describe('the Vias of an endpoint', () => {
  it('differ by branch, by what it is called, and by alias where the connection serves both directions', () => {
    const vias = new OwnVias();
    const inside = { host: 'edge1.contoso.example', port: 5061 };
    const outside = { host: 'access.contoso.example' };
    const written = [
      vias.with(inside, true, 'z9hG4bKa'),
      vias.with(inside, true, 'z9hG4bKb'),
      vias.with(inside, false, 'z9hG4bKc'),
      vias.with(outside, false, 'z9hG4bKd'),
    ].map(String);
    expect(written).toEqual([
      'SIP/2.0/TLS edge1.contoso.example:5061;branch=z9hG4bKa;alias',
      'SIP/2.0/TLS edge1.contoso.example:5061;branch=z9hG4bKb;alias',
      'SIP/2.0/TLS edge1.contoso.example:5061;branch=z9hG4bKc',
      'SIP/2.0/TLS access.contoso.example;branch=z9hG4bKd',
    ]);
  });
});
