import type { PatchList } from '../patch.ts';

/** What keeps the authority of a domain well: its health, its limits, its audit trail. */
export const patches: PatchList = {
  name: 'authority-upkeep',
  list: [
    {
      name: 'surplus-after-fault',
      off: 'one failed write ends the watch on names that the topology has taken away',
      file: 'packages/authority/src/surplus-names/surplus-watch.ts',
      find: `      this.#watching = true;
      throw fault;`,
      replace: '      throw fault;',
      test: {
        file: 'packages/authority/test/surplus-names.test.ts',
        title: 'is looked for again after a revocation could not be recorded, without another topology',
      },
    },
    {
      name: 'untold-in-health',
      off: 'an authority that can sign no trust state says that it is well',
      file: 'packages/authority/src/trust-state/state-publisher.ts',
      find: "await this.#options.health.follow('trust-state', () => this.#sign());",
      replace: 'await this.#sign();',
      test: {
        file: 'packages/authority/test/untold-changes.test.ts',
        title:
          'is in force, its answer and the health say that members have not been told, and they are as soon as one can be',
        inOrder: true,
      },
    },
    {
      name: 'untold-in-answer',
      off: 'a revocation is acknowledged as any other though no member can hear of it',
      file: 'packages/authority/src/trust-state/state-publisher.ts',
      find: 'this.#untold = untoldBy(message);',
      replace: '',
      test: {
        file: 'packages/authority/test/untold-changes.test.ts',
        title:
          'is in force, its answer and the health say that members have not been told, and they are as soon as one can be',
        inOrder: true,
      },
    },
    {
      name: 'state-key-before',
      off: 'no trust state is signed while the key can have no next certificate, though its own is valid',
      file: 'packages/authority/src/trust-state/state-publisher.ts',
      find: 'const mayWait = !useless && notAfter > now();',
      replace: 'const mayWait = !useless && notAfter < now();',
      test: {
        file: 'packages/authority/test/untold-changes.test.ts',
        title:
          'is not one for which the key can have no next certificate: the key before signs while its own is valid',
        inOrder: true,
      },
    },
    {
      name: 'own-certificate-of-the-future',
      off: 'an authority keeps the certificate that it gave itself while its clock was ahead',
      file: 'packages/authority/src/own-certificate.ts',
      find: 'if (notBefore > clock.now()) return `',
      replace: 'if (notBefore < 0) return `',
      test: {
        file: 'apps/authority-server/test/last-authority.test.ts',
        title: 'has not kept the certificate that it gave itself then',
      },
    },
    {
      name: 'state-key-of-the-future',
      off: 'an authority signs trust states with a key whose certificate is of the future',
      file: 'packages/authority/src/trust-state/state-key.ts',
      find: 'return now < certificate.notBefore || ',
      replace: 'return ',
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title: 'has another key once the clock is right that was ahead when the key got its certificate',
      },
    },
    {
      name: 'begins-without-issuing',
      off: 'an authority that can issue nothing does not start',
      file: 'packages/authority/src/own-certificate.ts',
      find: 'if (!mayWait) throw fault;',
      replace: 'throw fault;',
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title:
          'begins all the same where the root has signed a list of the future meanwhile, so that nothing can be issued',
      },
    },
    {
      name: 'release-recorded-first',
      off: 'a hold is ended though nobody could record who has ordered it',
      file: 'packages/authority/src/routes/revocation-routes.ts',
      find: "await audit.record({ ...entry, action: 'release-ordered', details });",
      replace: '',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: what a certificate on hold is released from',
      },
    },
    {
      name: 'account-recorded-first',
      off: 'an account is changed though nobody could record who has ordered it',
      file: 'packages/authority/src/routes/account-order-routes.ts',
      find: "await authority.audit.record({ ...entry, action: 'account-change-ordered', details: ordered });",
      replace: 'void ordered;',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: an account is added, and changed, only once the trail has who ordered it',
      },
    },
    {
      name: 'turn-of-the-removed',
      off: 'an administrator who was removed while their order waited for its turn still adds accounts',
      file: 'packages/authority/src/routes/account-order-routes.ts',
      find: 'const removed = await notAnyMore(caller);\n      if (removed !== undefined) return removed;\n      const inForce',
      replace: 'const inForce',
      test: {
        file: 'packages/authority/test/order-under-way.test.ts',
        title: 'is refused as well where it has waited for its turn, and nothing is ordered',
        inOrder: true,
      },
    },
    {
      name: 'joined-recorded-first',
      off: 'a server that asks again gets a certificate that nobody could record',
      file: 'packages/pki/src/issuing/issuance.ts',
      find: 'await onSigned?.(issued);',
      replace: 'onSigned?.(issued)?.catch(() => {});',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title:
          'is not acknowledged: a server that joins gets its certificate once the trail has it, with the same token and key',
      },
    },
    {
      name: 'block-recorded-first',
      off: 'a key is blocked though nobody could record who has ordered it',
      file: 'packages/authority/src/routes/revocation-routes.ts',
      find: "await audit.record({ ...entry, action: 'key-block-ordered' });",
      replace: '',
      test: {
        file: 'packages/authority/test/audit-unavailable.test.ts',
        title: 'is not carried out: a key is blocked only once the trail has who ordered it',
      },
    },
    {
      name: 'foreign-revoked-once-recorded',
      off: 'a certificate that the backup does not have is revoked, and the trail never has why',
      file: 'packages/authority/src/restored/issued-since-backup.ts',
      find: 'if (!this.#ordered.has(key)) {',
      replace: 'if (this.#ordered.has(key)) {',
      test: {
        file: 'packages/authority/test/issued-since-backup.test.ts',
        title: 'is neither adopted nor revoked before the trail has it',
      },
    },
    {
      name: 'renewal-pause',
      off: 'an authority that can issue nothing tries to renew the key of its trust states every few seconds, and each attempt leaves a serial number on the list',
      file: 'packages/authority/src/renewal-pause.ts',
      find: 'return this.#issuer === issuer && Math.abs(now - this.#failedAt) < pauseMs;',
      replace: 'return false;',
      test: {
        file: 'packages/authority/test/trust-state.test.ts',
        title:
          'begins all the same where the root has signed a list of the future meanwhile, so that nothing can be issued',
      },
    },
    {
      name: 'room-first',
      off: 'on a full disk each attempt to renew a certificate of the authority takes the room that the next revocation needs',
      file: 'packages/authority/src/write-issued.ts',
      find: 'const key = await prepareWhole(files.key, keyPem, secretMode);',
      replace: 'await issue();\n  const key = await prepareWhole(files.key, keyPem, secretMode);',
      test: {
        file: 'packages/authority/test/state-key-room.test.ts',
        title: 'has no certificate issued: the ledger does not grow',
      },
    },
    {
      name: 'sequence-first',
      off: 'a certificate is issued for the key of the trust states while no number of a state can be written',
      file: 'packages/authority/src/trust-state/state-publisher.ts',
      find: 'const sequence = await this.#sequence.next();\n    await this.#renewKey();',
      replace: 'await this.#renewKey();\n    const sequence = await this.#sequence.next();',
      test: {
        file: 'packages/authority/test/state-key-room.test.ts',
        title: 'has none issued either while no sequence of a state can be: it has one with the next state',
      },
    },
    {
      name: 'own-certificate-pause',
      off: 'the authority tries every few seconds to renew its own certificate, and each attempt leaves one in the ledger',
      file: 'packages/authority/src/own-certificate.ts',
      find: 'if (isPaused) throw failed?.fault;',
      replace: '',
      test: {
        file: 'packages/authority/test/own-certificate.test.ts',
        title: 'is tried again an hour later while it is valid, however often it is looked at',
      },
    },
    {
      name: 'pause-of-another-cause',
      off: 'an authority keeps a revoked certificate because renewing it failed before that',
      file: 'packages/authority/src/own-certificate.ts',
      find: 'failed?.why === why &&\n',
      replace: 'failed !== undefined &&\n',
      test: {
        file: 'packages/authority/test/own-certificate.test.ts',
        title: 'does not wait for the end of an hour that began before it was revoked',
      },
    },
    {
      name: 'own-certificate-recorded',
      off: 'the authority gives itself a certificate that the audit trail does not have',
      file: 'packages/authority/src/own-certificate.ts',
      find: 'onSigned: ({ serialHex }) => trail.renewed(serialHex),',
      replace: 'onSigned: ({ serialHex }) => void trail.renewed(serialHex).catch(() => {}),',
      test: {
        file: 'packages/authority/test/own-certificate.test.ts',
        title: 'is revoked where it cannot be recorded, so that none is valid that the trail does not have',
      },
    },
    {
      name: 'step-not-carried-out',
      off: 'lists are signed again every few seconds where a step of the rollover cannot be recorded',
      file: 'packages/pki/src/node/issuer-store.ts',
      find: 'async take(step: RolloverStep, now: number): Promise<void> {',
      replace: 'async take(step: RolloverStep, now: number): Promise<void> { this.#isRead = false;',
      test: {
        file: 'packages/pki/test/issuer-store.test.ts',
        title: 'have changed in nothing, and have nothing to read, where a step cannot be carried out',
      },
    },
    {
      name: 'root-recorded-once',
      off: 'a root is recorded twice where a file of it could not be read at first',
      file: 'packages/pki/src/node/root-store.ts',
      find: 'const root = await stored(this.#folder, number, certificate);\n    const records = [...before, { number, sha256: spkiHash(certificate.der), preparedAt: now }];\n    await this.#folder.write(rootsFile, formatRoots(records), publicMode);\n    this.#records = records;',
      replace:
        'const records = [...before, { number, sha256: spkiHash(certificate.der), preparedAt: now }];\n    await this.#folder.write(rootsFile, formatRoots(records), publicMode);\n    this.#records = records;\n    const root = await stored(this.#folder, number, certificate);',
      test: {
        file: 'packages/pki/test/issuer-store.test.ts',
        title: 'record the next root once, where a file of it could not be read at first',
      },
    },
    {
      name: 'unread-issuers',
      off: 'an issuing authority goes on issuing where a file could not be read after its successor took over',
      file: 'packages/pki/src/node/issuer-store.ts',
      find: 'if (this.#isRead) return false;',
      replace: 'if (this.#isRead || this.#live.length > 0) return false;',
      test: {
        file: 'packages/pki/test/issuer-store.test.ts',
        title: 'take over at the next look where a file could not be read after the step',
      },
    },
    {
      name: 'rollover-catches-up',
      off: 'an authority does not look again where a file could not be read after a step of the rollover',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'if (await opened.issuers.catchUp()) this.#isUntold = true;',
      replace: '',
      test: {
        file: 'packages/authority/test/unread-issuer.test.ts',
        title:
          'goes on at the next look where a file could not be read after a step was recorded, and where nobody could be told',
      },
    },
    {
      name: 'rollover-told-again',
      off: 'lists are not signed again where that failed after a step of the rollover',
      file: 'packages/authority/src/rollover/rollover.ts',
      find: 'if (this.#isUntold) await this.#tell();',
      replace: '',
      test: {
        file: 'packages/authority/test/unread-issuer.test.ts',
        title:
          'goes on at the next look where a file could not be read after a step was recorded, and where nobody could be told',
      },
    },
    {
      name: 'shared-list',
      off: 'each slow reader of a list holds a copy of it',
      file: 'packages/pki/src/publication/signed-object.ts',
      find: 'new Response(sharedBody(body),',
      replace: 'new Response(new Uint8Array(body),',
      test: {
        file: 'packages/pki/test/long-list.test.ts',
        title:
          'is in memory once however many read it, and each is handed a part when it has taken the one before',
      },
    },
    {
      name: 'certificates-an-hour',
      off: 'a server asks for certificates without end',
      file: 'packages/authority/src/routes/open-routes.ts',
      find: "isRenewal ? limited('certificate', caller) : undefined",
      replace: 'isRenewal ? undefined : undefined',
      test: {
        file: 'apps/authority-server/test/request-limits.test.ts',
        title: 'is told to wait, and why; the log says so once, and others are not affected',
      },
    },
    {
      name: 'limits-are-bounded',
      off: 'what a limit remembers grows without end',
      file: 'packages/authority/src/limits/rate-limit.ts',
      find: 'if (this.#buckets.size <= this.#maxKeys) return;',
      replace: 'return;',
      test: {
        file: 'packages/authority/src/limits/rate-limit.test.ts',
        title: 'remembers a bounded number, and forgets who has done nothing for longest',
      },
    },
    {
      name: 'health',
      off: 'an authority that cannot store a topology says that it is well',
      file: 'packages/authority/src/routes/open-routes.ts',
      find: 'const isWell = problems.length === 0;',
      replace: 'const isWell = problems.length >= 0;',
      test: {
        file: 'apps/authority-server/test/health.test.ts',
        title: 'tells a member and an administrator what fails, and anybody else no more than a status',
        inOrder: true,
      },
    },
    {
      name: 'plain-health',
      off: 'anybody learns what is wrong with an authority',
      file: 'packages/authority/src/routes/open-routes.ts',
      find: "const isKnown = c.env.caller.kind !== 'nobody';",
      replace: 'const isKnown = true;',
      test: {
        file: 'apps/authority-server/test/health.test.ts',
        title: 'tells a member and an administrator what fails, and anybody else no more than a status',
        inOrder: true,
      },
    },
    {
      name: 'audited-token',
      off: 'a token is given out that the audit trail does not have',
      file: 'packages/authority/src/routes/join-token-routes.ts',
      find: 'await authority.audit.record({\n      ...by(caller),',
      replace: 'await Promise.resolve({\n      ...by(caller),',
      test: {
        file: 'apps/authority-server/test/audit.test.ts',
        title: 'has who ordered a token, without the token, and who joined with it',
        inOrder: true,
      },
    },
    {
      name: 'audited-refusal',
      off: 'what is refused to a server leaves no trace',
      file: 'packages/authority/src/refusals.ts',
      find: '    audit?.refused(problem, caller);\n    const leftOut =',
      replace: '    const leftOut =',
      test: {
        file: 'apps/authority-server/test/audit.test.ts',
        title: 'has what was refused to a server that has proven its name, and nothing of others',
        inOrder: true,
      },
    },
    {
      name: 'exposed-key',
      off: 'a key of the authority is used that others may read',
      file: 'packages/pki/src/node/authority-files.ts',
      find: '(mode & othersMask) === 0) return;',
      replace: '(mode & othersMask) >= 0) return;',
      test: {
        file: 'packages/pki/src/node/authority-files.test.ts',
        title: 'are not used where others may open them: mode 416',
      },
    },
    {
      name: 'unread-version',
      off: 'a stored version that this release cannot read needs no signature',
      file: 'packages/topology/src/signing/verify-link.ts',
      find: 'if (!verified.ok) return verified;',
      replace: 'if (!verified.ok) return { ok: true, document, problems };',
      test: {
        file: 'packages/authority/test/topology-store.test.ts',
        title:
          'does not open where the newest version cannot be read, or one that cannot be read is not signed',
      },
    },
  ],
};
