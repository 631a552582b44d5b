import { OperatorFault } from '@entente/host';
import { type Certificate, decodeCertificate, decodePem, encodePem } from '@entente/x509';
import { readNamed } from '../read-named-file.ts';

/** Far more than a certificate or a request of this network has. */
const maxBytes = 65_536;

/** A certificate from a file. */
export interface CertificateFile {
  readonly certificate: Certificate;
  /** PEM, this certificate alone. */
  readonly pem: string;
}

/**
 * Reads a certificate, PEM or DER; of a chain the first one, which is the leaf.
 * @param file - its path
 * @throws OperatorFault `ENTENTE_CERTIFICATE_UNREADABLE`
 */
export async function readCertificateFile(file: string): Promise<CertificateFile> {
  const der = await derIn(file, /^CERTIFICATE$/);
  const decoded = der === undefined ? undefined : decodeCertificate(der);
  if (der !== undefined && decoded?.ok === true) {
    return { certificate: decoded.value, pem: encodePem('CERTIFICATE', der) };
  }
  throw new OperatorFault('ENTENTE_CERTIFICATE_UNREADABLE', {
    sentence: 'expected a certificate, PEM or DER, found something else',
    place: file,
    remedy: 'name the file with the certificate, e.g. tls.crt of a server',
  });
}

/**
 * Reads a PKCS#10 request, PEM or DER.
 * @param file - its path
 * @returns PEM
 * @throws OperatorFault `ENTENTE_REQUEST_UNREADABLE`
 */
export async function readRequestFile(file: string): Promise<string> {
  const der = await derIn(file, /^(NEW )?CERTIFICATE REQUEST$/);
  if (der !== undefined) return encodePem('CERTIFICATE REQUEST', der);
  throw new OperatorFault('ENTENTE_REQUEST_UNREADABLE', {
    sentence: 'expected a PKCS#10 request, PEM or DER, found something else',
    place: file,
    remedy: 'name the file with the request',
  });
}

async function derIn(file: string, label: RegExp): Promise<Uint8Array | undefined> {
  const content = await readNamed(file);
  if (content.length > maxBytes) return undefined;
  // DER begins with a SEQUENCE.
  if (content[0] === 0x30) return content;
  const decoded = decodePem(content);
  return decoded.ok ? decoded.value.find((block) => label.test(block.label))?.der : undefined;
}
