import { selectTargets } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { alice, request } from './fixtures.ts';
import { registerRequest, stored } from './registering.ts';

describe('selectTargets (RFC 3261 §16.5)', () => {
  it('refuses a user without bindings with 480', () => {
    expect(selectTargets([], request().uri, 'fe1.contoso.example')).toMatchObject({
      ok: false,
      refusal: { status: 480, reason: 'not-registered' },
    });
  });

  it('tries the highest q first and equal q together', () => {
    const bindings = stored(
      registerRequest({
        Contact: ['<sip:a@192.0.2.1>;q=0.1', '<sip:a@192.0.2.2>', '<sip:a@192.0.2.3>;q=0.1'],
      }),
    );
    const selected = selectTargets(bindings, request().uri, 'fe1.contoso.example');
    expect(selected.ok && selected.groups.map((group) => group.length)).toEqual([1, 2]);
    expect(selected.ok && selected.groups[0]![0]!.uri).toBe('sip:a@192.0.2.2');
  });

  it('reaches a sips contact for a sip Request-URI with the scheme that the caller chose, however it was registered', () => {
    for (const scheme of ['sips', 'SIPS']) {
      const bindings = stored(
        request({
          method: 'REGISTER',
          uri: 'sips:contoso.example',
          to: `<sip:${alice}>`,
          headers: { Contact: `<${scheme}:a@192.0.2.2;x=Y>` },
        }),
      );
      for (const asked of ['sip', 'sips']) {
        expect(
          selectTargets(
            bindings,
            request({ uri: `${asked}:alice@contoso.example` }).uri,
            'fe1.contoso.example',
          ),
        ).toMatchObject({
          groups: [[{ uri: `${asked}:a@192.0.2.2;x=Y` }]],
        });
      }
    }
  });

  it('warns with 380 where there are devices and none may be reached with sips (RFC 5630 §5.3)', () => {
    const [only] = stored(registerRequest({ Contact: '<sip:a@192.0.2.1>' }));
    const secure = request({ uri: 'sips:alice@contoso.example' }).uri;
    const found = selectTargets([only!], secure, 'fe1.contoso.example');
    expect(!found.ok && found.refusal).toMatchObject({
      status: 480,
      headers: [['Warning', '380 fe1.contoso.example "SIPS Not Allowed"']],
    });
    const nobody = selectTargets([], secure, 'fe1.contoso.example');
    expect(!nobody.ok && nobody.refusal.headers).toEqual([]);
  });

  it('never reaches a sip contact for a sips Request-URI', () => {
    const bindings = stored(
      request({
        method: 'REGISTER',
        uri: 'sips:contoso.example',
        to: `<sip:${alice}>`,
        headers: { Contact: ['<sip:a@192.0.2.1>', '<sips:a@192.0.2.2>'] },
      }),
    );
    expect(
      selectTargets(bindings, request({ uri: 'sips:alice@contoso.example' }).uri, 'fe1.contoso.example'),
    ).toMatchObject({
      groups: [[{ uri: 'sips:a@192.0.2.2' }]],
    });
  });

  it('tries no contact twice, though it is bound with and without reg-id', () => {
    const contact = '<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1>"';
    const flow = stored(registerRequest({ Contact: `${contact};reg-id=1` }));
    const both = stored(registerRequest({ Contact: '<sip:a@192.0.2.1;x=y>' }, 1, 'other@x'), flow);
    expect(both).toHaveLength(2);
    const selected = selectTargets(both, request().uri, 'fe1.contoso.example');
    expect(selected.ok && selected.groups.flat()).toHaveLength(1);
  });
});

describe('the Request-URI for a target (RFC 3261 §16.6 step 2)', () => {
  it.each([
    '<sip:a@192.0.2.1;method=INVITE;x=y?Subject=hello>',
    '<sip:a@192.0.2.1;x=y?Route=%3Csip:evil.example%3E>',
    '<sip:a@192.0.2.1;x=y;METHOD=BYE>',
    '<sip:a@192.0.2.1;x=y>',
  ])('is the contact without method and header components: %s', (Contact) => {
    const [binding] = stored(registerRequest({ Contact }));
    expect(selectTargets([binding!], request().uri, 'fe1.contoso.example')).toMatchObject({
      groups: [[{ uri: 'sip:a@192.0.2.1;x=y' }]],
    });
  });
});
