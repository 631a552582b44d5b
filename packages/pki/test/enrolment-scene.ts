import { randomBytes } from 'node:crypto';
import {
  type EnrolledPeer,
  type EnrolOptions,
  enrolHandler,
  issueJoinToken,
  type JoinToken,
  type PkiRefusal,
  spkiHash,
} from '@entente/pki';
import { decodeCertificate } from '@entente/x509';
import { now, type TestAuthority, testIssuance } from './authority.ts';

export const authorityUrl = 'https://ca.contoso.example';
export const administratorsHash = 'ab'.repeat(32);

/** What a token says of the root of its authority. */
export function rootSpkiHashOf({ root }: TestAuthority): string {
  const read = decodeCertificate(root);
  return read.ok ? spkiHash(read.value.publicKey.der) : '';
}

/** One authority with a clock that the test turns. */
export function enrolmentScene(
  authority: TestAuthority,
  changes: Partial<EnrolOptions> = {},
  from?: ReturnType<typeof testIssuance>,
) {
  const time = { now };
  const clock = () => time.now;
  const { issuance, ledger } = from ?? testIssuance(authority, { clock });
  const refusals: { refusal: PkiRefusal; server: string | undefined }[] = [];
  const handler = enrolHandler({
    issuance,
    ledger,
    clock,
    onRefused: (refusal, server) => refusals.push({ refusal, server }),
    ...changes,
  });
  const makeToken = (lifetimeMs?: number, replace = false): Promise<JoinToken> =>
    issueJoinToken(
      { ledger, clock, random: randomBytes },
      {
        authority: authorityUrl,
        server: 'fe01.contoso.example',
        rootSpkiHash: rootSpkiHashOf(authority),
        administratorsHash,
        createdBy: 'alice',
        ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
        replace,
      },
    );
  const transport = (peer?: EnrolledPeer) => (request: Request) => handler(request, peer);
  return { time, ledger, issuance, handler, refusals, makeToken, transport };
}
