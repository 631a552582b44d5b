import { insiderFieldsOf, speaksFor } from '@entente/federation';
import { createRequest } from '@entente/sip';
import { describe, expect, it } from 'vitest';

const fault = expect.objectContaining({ code: 'ENTENTE_TOPOLOGY_BAD_ARGUMENT' });

describe('the fields for internal use', () => {
  it.each(['outbound', 'OUT', undefined])(
    'are not kept in a message that leaves in the direction %o',
    (way) => {
      const request = createRequest({
        method: 'MESSAGE',
        uri: 'sip:bob@fabrikam.example',
        from: '<sip:alice@contoso.example>;tag=1',
        to: '<sip:bob@fabrikam.example>',
        callId: 'a',
        cseq: 1,
        headers: { 'P-Asserted-Identity': '<sip:alice@contoso.example>' },
      });
      expect(() => insiderFieldsOf(request, way as never)).toThrow(fault);
    },
  );
});

describe('a partner whose domains are a text', () => {
  it('does not speak for each part of it', () => {
    expect(() => speaksFor({ domains: 'fabrikam.example' as never }, 'brikam.example')).toThrow(fault);
  });
});
