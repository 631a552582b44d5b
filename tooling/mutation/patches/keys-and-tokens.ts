import type { PatchList } from '../patch.ts';

const exposed = 'packages/pki/test/exposed-key.test.ts';

/** What a key that others may read, and what a token or a certificate that somebody else has used, is still good for. */
export const patches: PatchList = {
  name: 'keys-and-tokens',
  list: [
    {
      name: 'exposed-issuing-key',
      off: 'an authority opens with an issuing key that others may read',
      file: 'packages/pki/src/node/read-issuers.ts',
      find: 'keySigner(await readPrivateKey(folder.pathOf(name)))',
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
      find: 'keySigner(await readPrivateKey(folder.pathOf(key)))',
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
  ],
};
