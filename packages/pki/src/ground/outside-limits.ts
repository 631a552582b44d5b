import {
  type Certificate,
  type CertificateNames,
  type GeneralSubtree,
  ipAddress,
  ipText,
} from '@entente/x509';

/**
 * The first name that a root cannot vouch for. The verdict on what was signed decides the same again; this one is made before anything is
 * signed and recorded.
 * @param root - whose name constraints count
 * @param names - of a service
 * @returns the name, or undefined where all are within
 * @see RFC 5280 §4.2.1.10
 */
export function nameOutside(
  { nameConstraints }: Pick<Certificate, 'nameConstraints'>,
  names: CertificateNames,
): string | undefined {
  if (nameConstraints === undefined) return undefined;
  const { excluded, permitted } = nameConstraints;
  const isWithin = (type: 'dns' | 'uri' | 'ip', lies: (base: GeneralSubtree['base']) => boolean): boolean => {
    const ofType = ({ base }: GeneralSubtree): boolean => base.type === type;
    const allowed = permitted.filter(ofType);
    const isAllowed = allowed.length === 0 || allowed.some(({ base }) => lies(base));
    return isAllowed && !excluded.filter(ofType).some(({ base }) => lies(base));
  };
  return (
    names.dnsNames.find((name) => !isWithin('dns', (base) => isBelow(name, textOf(base)))) ??
    names.uris.find((uri) => !isWithin('uri', (base) => isHostOf(hostOf(uri), textOf(base)))) ??
    names.ipAddresses?.find((address) => !isWithin('ip', (base) => isInRange(address, base)))
  );
}

/**
 * What a root can vouch for, for people.
 * @param root - whose name constraints count
 */
export function limitsText({ nameConstraints }: Pick<Certificate, 'nameConstraints'>): string {
  const texts = (nameConstraints?.permitted ?? []).flatMap(({ base }) => {
    if (base.type === 'dns') return [base.value];
    if (base.type !== 'ip') return [];
    const half = base.bytes.length / 2;
    const ones = [...base.bytes.subarray(half)].reduce((sum, octet) => sum + onesOf(octet), 0);
    return [`${ipText(base.bytes.subarray(0, half))}/${ones}`];
  });
  return texts.join(', ') || 'nothing';
}

function onesOf(octet: number): number {
  let ones = 0;
  for (let rest = octet; rest > 0; rest &= rest - 1) ones++;
  return ones;
}

function textOf(base: GeneralSubtree['base']): string {
  return base.type === 'dns' || base.type === 'uri' ? base.value : '';
}

function isBelow(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** With a leading dot the hosts below, without it this one alone. */
function isHostOf(host: string, base: string): boolean {
  return base.startsWith('.') ? host.endsWith(base) : host === base;
}

/** Of a SPIFFE ID, whose authority is a name without port. */
function hostOf(uri: string): string {
  return uri.slice(uri.indexOf('//') + 2).split('/', 1)[0] as string;
}

function isInRange(text: string, base: GeneralSubtree['base']): boolean {
  const address = ipAddress(text);
  if (address === undefined || base.type !== 'ip' || base.bytes.length !== address.length * 2) return false;
  const { bytes } = base;
  return address.every((octet, index) => {
    const mask = bytes[address.length + index] as number;
    return (octet & mask) === ((bytes[index] as number) & mask);
  });
}
