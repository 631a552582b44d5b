import { randomBytes } from 'node:crypto';
import { enrolHandler, issueJoinToken, type PkiReason } from '@entente/pki';
import { createKeyAndRequest, enrol, renew } from '@entente/pki/client';
import { expect, it } from 'vitest';
import { now, serverNames, testAuthority, testIssuance } from './authority.ts';

const url = 'https://ca.contoso.example';
const server = 'fe01.contoso.example';
const newKey = () => createKeyAndRequest({ subject: server });

it('asks for the profile server alone, and renews no certificate of a service, whatever may be issued', async () => {
  const asked = new Set<string>();
  const { issuance, ledger } = testIssuance(await testAuthority(), {
    mayIssue: ({ profile, subject }) => {
      asked.add(profile);
      const ofService = { commonName: subject, dnsNames: [subject], uris: [] };
      return { ok: true, names: profile === 'service' ? ofService : serverNames };
    },
  });
  const refusals: PkiReason[] = [];
  const clock = () => now;
  const onRefused = ({ reason }: { readonly reason: PkiReason }) => void refusals.push(reason);
  const handler = enrolHandler({ issuance, ledger, clock, onRefused });
  const { request } = await newKey();
  const service = await issuance.issue(
    { profile: 'service', subject: server, request },
    { kind: 'administrator', name: 'alice' },
  );
  if (!service.ok) throw new Error(service.refusal.message);
  const peer = { server, serialHex: service.certificate.serialHex };
  const transport = (body: Request) => handler(body, peer);
  expect(await renew({ authority: url, key: await newKey(), transport })).toMatchObject({ ok: false });
  expect(refusals).toEqual(['predecessor-unknown']);
  expect([...asked]).toEqual(['service']);
  const token = await issueJoinToken(
    { ledger, clock, random: randomBytes },
    {
      authority: url,
      server,
      rootSpkiHash: 'cd'.repeat(32),
      administratorsHash: 'ab'.repeat(32),
      createdBy: 'alice',
    },
  );
  const joined = await enrol({ token, key: await newKey(), transport: (body) => handler(body, undefined) });
  expect(joined).toMatchObject({ ok: true });
  expect([...asked]).toEqual(['service', 'server']);
});
