import { createHash, X509Certificate } from 'node:crypto';
import { OperatorFault } from '@entente/host';
import type { AnchorReference } from '@entente/topology';
import { readNamed } from '../../read-named-file.ts';

/**
 * Reads a root certificate as the document lists it, and compares it with the fingerprint that was received separately.
 *
 * @param file - PEM or DER
 * @param name - for people and logs; default the subject's common name
 * @param fingerprint - SHA-256 in hex, with or without colons
 * @throws OperatorFault `ENTENTE_FINGERPRINT_MISMATCH`, `ENTENTE_CERTIFICATE_UNREADABLE`
 */
export async function readAnchor(
  file: string,
  name?: string,
  fingerprint?: string,
): Promise<AnchorReference> {
  const certificate = parse(await readNamed(file), file);
  const sha256 = createHash('sha256').update(certificate.raw).digest('hex');
  if (fingerprint !== undefined && fingerprint.replaceAll(':', '').toLowerCase() !== sha256) {
    throw new OperatorFault('ENTENTE_FINGERPRINT_MISMATCH', {
      sentence: `expected the fingerprint ${fingerprint}, found ${sha256}`,
      place: file,
      remedy: 'ask the partner for both again, the fingerprint by telephone or on paper',
    });
  }
  if (!certificate.ca) {
    throw new OperatorFault('ENTENTE_CERTIFICATE_UNREADABLE', {
      sentence: 'expected a CA certificate, found one that may not issue certificates',
      place: file,
      remedy: 'give the root certificate',
    });
  }
  return {
    name: name ?? /(?:^|\n)CN=([^\n]+)/.exec(certificate.subject)?.[1] ?? sha256.slice(0, 16),
    sha256,
    certificate: certificate.raw.toString('base64'),
  };
}

function parse(content: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(content);
  } catch (cause) {
    throw new OperatorFault('ENTENTE_CERTIFICATE_UNREADABLE', {
      sentence: 'expected a certificate in PEM or DER',
      place: file,
      remedy: 'give the root certificate, e.g. root_ca.crt',
      cause,
    });
  }
}
