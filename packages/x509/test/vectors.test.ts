import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePem } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import {
  certificateRoundTrip,
  crlRoundTrip,
  ocspRequestRoundTrip,
  ocspResponseRoundTrip,
  type RoundTrip,
} from './round-trip.ts';

/** Public conformance data. Every structure in it is refused or writes back; which are refused is stated here. */
const folder = process.env.ENTENTE_VECTORS;

const file = (...path: string[]) => new Uint8Array(readFileSync(join(folder!, ...path)));

function blocks(text: string | Uint8Array) {
  const decoded = decodePem(text);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

interface Item {
  readonly id: string;
  readonly prove: RoundTrip;
  readonly der: Uint8Array;
}

const refused = (items: readonly Item[]) => [
  ...new Set(items.filter(({ prove, der }) => !prove(der)).map(({ id }) => id)),
];

describe.skipIf(folder === undefined)('public vectors', () => {
  it('PKITS: every certificate and every CRL is read', () => {
    const certificates = readdirSync(join(folder!, 'pkits/certs'));
    const crls = readdirSync(join(folder!, 'pkits/crls'));
    const items = [
      ...certificates.map((id) => ({ id, prove: certificateRoundTrip, der: file('pkits/certs', id) })),
      ...crls.map((id) => ({ id, prove: crlRoundTrip, der: file('pkits/crls', id) })),
    ];
    expect(items).toHaveLength(405 + 173);
    expect(refused(items)).toEqual([]);
  });

  it('x509-limbo: nothing that occurs in a valid case is refused', () => {
    interface Case {
      readonly id: string;
      readonly expected_result: string;
      readonly peer_certificate: string;
      readonly trusted_certs: readonly string[];
      readonly untrusted_intermediates: readonly string[];
      readonly crls: readonly string[];
    }
    const { testcases } = JSON.parse(Buffer.from(file('limbo/limbo.json')).toString()) as {
      testcases: Case[];
    };
    const items = testcases.flatMap((one): (Item & { valid: boolean })[] => {
      const texts = [
        one.peer_certificate,
        ...one.trusted_certs,
        ...one.untrusted_intermediates,
        ...(one.crls ?? []),
      ];
      const valid = one.expected_result === 'SUCCESS';
      return texts.flatMap(blocks).map(({ label, der }) => {
        return { id: one.id, valid, der, prove: label.includes('CRL') ? crlRoundTrip : certificateRoundTrip };
      });
    });
    expect(items.length).toBeGreaterThan(300);
    expect(refused(items.filter(({ valid }) => valid))).toEqual([]);
    expect(refused(items.filter(({ valid }) => !valid)).sort()).toEqual([
      // Names of tens of thousands of octets, made to be slow to compare.
      'pathological::nc-dos-1',
      'pathological::nc-dos-3',
      'rfc5280::duplicate-extensions',
      'rfc5280::eku::ee-eku-empty',
      'rfc5280::mismatching-signature-algorithm',
      'rfc5280::nc::invalid-ipv4-address',
      'rfc5280::nc::invalid-ipv6-address',
      'rfc5280::nc::nc-permits-invalid-ip-san',
      'rfc5280::san::malformed',
    ]);
  });

  it('BoringSSL CRLs: every invalid one that breaks the format is refused, and no other', () => {
    // Their faults lie outside the CRL: in the certificate or in the issuer.
    const sound = [
      'invalid_idp_onlycontainsusercerts_v1_leaf.pem',
      'invalid_issuer_keyusage_no_crlsign.pem',
      'invalid_key_rollover_issuer_keyusage_no_crlsign.pem',
    ];
    const names = readdirSync(join(folder!, 'crl-boringssl/cases'));
    const items = names.flatMap((id) =>
      blocks(file('crl-boringssl/cases', id)).map(({ label, der }): Item => {
        return { id, der, prove: label.includes('CRL') ? crlRoundTrip : certificateRoundTrip };
      }),
    );
    const invalid = names.filter((id) => id.startsWith('invalid_') && !sound.includes(id));
    expect(invalid.length).toBeGreaterThan(20);
    expect(refused(items)).toEqual(invalid);
  });

  it('BoringSSL OCSP: what is refused is malformed', () => {
    const items = readdirSync(join(folder!, 'ocsp/boringssl/cases'))
      .filter((id) => id.endsWith('.pem'))
      .flatMap((id) =>
        blocks(file('ocsp/boringssl/cases', id)).map(({ label, der }): Item => {
          const prove = label.endsWith('RESPONSE')
            ? ocspResponseRoundTrip
            : label.endsWith('REQUEST')
              ? ocspRequestRoundTrip
              : certificateRoundTrip;
          return { id, der, prove };
        }),
      );
    expect(refused(items)).toEqual([
      'bad_ocsp_type.pem',
      'bad_status.pem',
      // Expected to be good there, but its serial number is not DER.
      'good_response_invalid_serial.pem',
      'invalid_response.pem',
      'invalid_response_data.pem',
    ]);
  });
});
