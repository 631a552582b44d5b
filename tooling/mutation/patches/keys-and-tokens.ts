import type { PatchList } from '../patch.ts';

const exposed = 'packages/pki/test/exposed-key.test.ts';
const handler = 'packages/pki/src/enrolment/enrol-handler.ts';
const renewing = 'packages/pki/src/enrolment/renewing.ts';
const replaced = 'packages/pki/src/enrolment/replaced.ts';
const spent = 'packages/pki/test/spent-token.test.ts';

/** What a key that others may read, and what a token or a certificate that somebody else has used, is still good for. */
export const patches: PatchList = {
  name: 'keys-and-tokens',
  list: [
    {
      name: 'exposed-issuing-key',
      off: 'an authority opens with an issuing key that others may read',
      file: 'packages/pki/src/node/read-issuers.ts',
      find: 'keySigner(await readPrivateKey(folder.pathOf(name), folder.passphrase))',
      replace: "keySigner((await import('node:crypto')).createPrivateKey(await required(folder, name)))",
      test: {
        file: exposed,
        title: 'opens no authority where it is the one that the authority issues with',
      },
    },
    {
      name: 'exposed-next-key',
      off: 'the key of the next issuing authority is requested for though others may read it',
      file: 'packages/pki/src/node/pending-issuer.ts',
      find: 'keySigner(await readPrivateKey(folder.pathOf(key), folder.passphrase))',
      replace:
        "keySigner((await import('node:crypto')).createPrivateKey((await folder.read(key)) as Buffer))",
      test: {
        file: exposed,
        title: 'is not certified, and not waited for, where it is that of the next issuing authority',
      },
    },
    {
      name: 'exposed-root-key',
      off: 'the key of a root beside the authority signs though others may read it',
      file: 'packages/authority/src/rollover/root-post.ts',
      find: 'await presentPrivateKey(folder.pathOf(files.key));',
      replace: `await folder.read(files.key).then(async (pem) =>
      pem === undefined ? pem : (await import('node:crypto')).createPrivateKey(pem));`,
      test: {
        file: 'packages/authority/src/rollover/root-post.test.ts',
        title: 'signs nothing where others may read it',
      },
    },
    {
      name: 'possession-for-a-token',
      off: 'a token that is spent answers anyone who knows the public key that has spent it',
      file: handler,
      find: 'if (unproven !== undefined) return refused(unproven, token.server);',
      replace: '',
      test: { file: spent, title: 'gets nothing by a token that the key has spent' },
    },
    {
      name: 'possession-for-a-renewal',
      off: 'a renewal is answered again for anyone who knows the public key of it',
      file: handler,
      find: 'if (unproven !== undefined) return refused(unproven);',
      replace: '',
      test: { file: spent, title: 'gets nothing by a certificate that was renewed for the key' },
    },
    {
      name: 'replaced-since',
      off: 'a token that is shown again revokes what the server has got since',
      file: replaced,
      find: 'index < first ||',
      replace: 'index !== first ||',
      test: { file: spent, title: 'revokes nothing that the server has got since by its new certificate' },
    },
    {
      name: 'replaced-and-renewed',
      off: 'a certificate that was to be replaced lives on in what was renewed from it',
      file: replaced,
      find: '(index > first && isRenewed)',
      replace: '(index < 0 && isRenewed)',
      test: {
        file: spent,
        title:
          'revokes the rest where the authority stopped half-way, and what was renewed from it meanwhile',
      },
    },
    {
      name: 'external-once',
      off: 'one internal certificate gets any number of external ones',
      file: renewing,
      find: 'if (!isNewer) return',
      replace: 'if (isNewer || !isNewer) return',
      test: {
        file: spent,
        title: 'is given once for each internal certificate: another key is refused while it lives',
      },
    },
    {
      name: 'external-of-a-renewed-one',
      off: 'an internal certificate that has been renewed still gets an external one',
      file: renewing,
      find: '(isInternal || living.keyHash !== presented.keyHash)',
      replace: 'isInternal',
      test: {
        file: spent,
        title: 'is not given to an internal certificate that has been renewed with another key',
      },
    },
    {
      name: 'internal-first',
      off: 'a member asks for an external certificate with an internal one that has asked before',
      file: 'packages/member/src/credential/renewed-credential.ts',
      find: 'await this.#options.asking?.newerThan(leaf.notBefore);',
      replace: 'void leaf;',
      test: {
        file: 'packages/member/test/renewed-first.test.ts',
        title: 'comes after one of the internal certificate where that has asked before',
      },
    },
    {
      name: 'replaced-in-the-trail',
      off: 'nobody finds in the audit trail what a token has revoked',
      file: 'packages/authority/src/routes/open-routes.ts',
      find: "action: 'certificate-revoked',",
      replace: "action: 'certificate-issued',",
      test: {
        file: 'packages/authority/test/replaced-certificates.test.ts',
        title: 'the audit trail has each certificate that a token has replaced, and which token it was',
      },
    },
    {
      name: 'exposed-users',
      off: 'a front end takes its users from a file whose digests others may read',
      file: 'packages/sip-relay/src/users/file-credentials.ts',
      find: '  refuseExposed(file);\n',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/users/file-credentials.test.ts',
        title: 'is refused where others may open it: mode 416',
      },
    },
    {
      name: 'users-of-a-group',
      off: 'a file of users that a group may read counts as that of its owner alone',
      file: 'packages/sip-relay/src/users/file-credentials.ts',
      find: 'const othersMask = 0o077;',
      replace: 'const othersMask = 0o007;',
      test: {
        file: 'packages/sip-relay/src/users/file-credentials.test.ts',
        title: 'is refused where others may open it: mode 416',
      },
    },
    {
      name: 'folder-of-others',
      off: 'an authority starts in a folder in which others may put a root of theirs',
      file: 'packages/pki/src/node/open-authority-folder.ts',
      find: '  await refuseSharedFolder(directory);\n',
      replace: '',
      test: {
        file: 'packages/pki/test/exposed-key.test.ts',
        title: 'opens no authority where its folder lets others replace what is in it',
      },
    },
    {
      name: 'root-key-beside-it',
      off: 'an authority starts beside the key of its root, which others may read',
      file: 'packages/pki/src/node/authority-files.ts',
      find: '    refuseMode(await stat(path), path);\n',
      replace: '',
      test: {
        file: 'packages/pki/src/node/authority-files.test.ts',
        title: 'include that of the root, which others may not open either',
      },
    },
    {
      name: 'exposed-own-key',
      off: 'an authority presents a certificate whose key others may read',
      file: 'packages/authority/src/own-certificate.ts',
      find: '  await readSecret(files.key, maxKeyBytes);\n',
      replace: '',
      test: {
        file: 'packages/authority/test/own-certificate.test.ts',
        title: 'is not presented where others may read its key',
      },
    },
    {
      name: 'exposed-key-of-a-server',
      off: 'a server presents a certificate whose key others may read',
      file: 'packages/member/src/credential/credential-files.ts',
      find: '    await this.#files.read(key);\n',
      replace: '',
      test: {
        file: 'packages/member/test/credential-files.test.ts',
        title: 'is not used where others may read its key (internal)',
      },
    },
    {
      name: 'drafts-of-keys-left',
      off: 'a key that a process had half written when it was killed stays in the directory of a server',
      file: 'packages/member/src/join/join-domain.ts',
      find: '    await files.removeDrafts();\n',
      replace: '',
      test: {
        file: 'packages/member/test/left-drafts.test.ts',
        title:
          'removes at the start what a process that was killed has left: drafts of its own files, which may hold a key',
      },
    },
    {
      name: 'notes-of-killed-processes-left',
      off: 'each process that is killed while it takes the directory of a server leaves a file there',
      file: 'packages/member/src/files/directory-lock.ts',
      find: '        await removeAbandoned(directory, id);\n',
      replace: '',
      test: {
        file: 'packages/member/test/directory-lock.test.ts',
        title: 'is rid of the drafts of processes that were killed, and of no other file',
      },
    },
    {
      name: 'sign-of-life-ignored',
      off: 'two servers in different containers use one directory',
      file: 'packages/member/src/files/directory-lock.ts',
      find: '  if (holder.id !== undefined && (await showsLife(directory, holder.id))) return true;\n',
      replace: '',
      test: {
        file: 'packages/member/test/directory-lock.test.ts',
        title: 'is used by one server at a time in whatever container, with a short path',
      },
    },
    {
      name: 'deleted-keys-of-a-member',
      off: 'a server whose keys somebody has deleted while it runs cannot be started without the authority',
      file: 'packages/member/src/files/member-files.ts',
      find: "(await this.#isGone('membership')) ? [] : await this.#writeAgain()",
      replace: '[]',
      test: {
        file: 'packages/member/test/unwritten-files.test.ts',
        title:
          'is written again where it was deleted and is in memory, while the directory is that of the member',
      },
    },
    {
      name: 'directory-of-another-filled',
      off: 'a server writes its secrets into a directory that is not its own any more',
      file: 'packages/member/src/files/member-files.ts',
      find: "(await this.#isGone('membership')) ? [] : await this.#writeAgain()",
      replace: 'await this.#writeAgain()',
      test: {
        file: 'packages/member/test/unwritten-files.test.ts',
        title:
          'is written again where it was deleted and is in memory, while the directory is that of the member',
      },
    },
    {
      name: 'deleted-keys-of-all-pools',
      off: 'an authority forgets at its next start which servers have the keys of the pools',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: '      await writeKeys(directory, this.#kept);\n',
      replace: '',
      test: {
        file: 'packages/authority/src/domain-keys/key-store.test.ts',
        title:
          'are written again where somebody has deleted them, with those who have them, and never where there were none',
      },
    },
    {
      name: 'note-of-another-removed',
      off: 'a server that ends gives back a directory that another one has taken meanwhile, and a third one may take it',
      file: 'packages/member/src/files/directory-lock.ts',
      find: 'if ((await textOf(path)) === note) await rm',
      replace: 'await rm',
      test: {
        file: 'packages/member/test/directory-lock.test.ts',
        title: 'stays with the process whose note is there, though one gives it back from which it was taken',
      },
    },
    {
      name: 'deleted-note-frees-directory',
      off: 'a directory is free once somebody deletes the note of the server that uses it',
      file: 'packages/member/src/files/directory-lock.ts',
      find: 'if (await isUsedWithoutNote(directory, id)) {',
      replace: 'if (false) {',
      test: {
        file: 'packages/member/test/directory-lock.test.ts',
        title:
          'stays with a process that runs, though its note is deleted or an older copy of the files is put back',
      },
    },
    {
      name: 'note-of-a-starting-process-taken',
      off: 'a server that starts takes away the note of another one that is taking the directory at the moment',
      file: 'packages/member/src/files/directory-lock.ts',
      find: 'if (found !== undefined && Date.now() - found.mtimeMs > abandonedMs)',
      replace: 'if (found !== undefined)',
      test: {
        file: 'packages/member/test/directory-lock.test.ts',
        title: 'is rid of the drafts of processes that were killed, and of no other file',
      },
    },
  ],
};
