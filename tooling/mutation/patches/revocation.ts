import type { MutationPatch, PatchList } from '../patch.ts';

const revocation = 'packages/trust/src/revocation/';

const of = (file: string, title: string): MutationPatch['test'] => ({
  file: `packages/trust/test/${file}.test.ts`,
  title,
});

/** What a CRL covers, and who may sign an OCSP response. */
export const patches: PatchList = {
  name: 'revocation',
  list: [
    {
      name: 'compromise-sent-again',
      off: 'the keys of a pool stay that could not be changed when a certificate was revoked for keyCompromise, also when it is sent again',
      file: 'packages/authority/src/domain-revocations.ts',
      find: 'if (recorded?.revocation !== undefined) owe(recorded.subject, recorded.revocation);',
      replace: '',
      test: {
        file: 'packages/authority/test/compromise-after-fault.test.ts',
        title: 'changes them when it is sent again, for the reason that is recorded, and only once',
      },
    },
    {
      name: 'compromise-once',
      off: 'the keys of a pool are changed once more for a compromise of before they began',
      file: 'packages/authority/src/domain-keys/key-store.ts',
      find: 'if (isDone || !(holders.has(server)',
      replace: 'if (!(holders.has(server)',
      test: {
        file: 'packages/authority/src/domain-keys/key-store.test.ts',
        title:
          'makes nothing void that has begun since its key was declared compromised, because another server’s was',
      },
    },
    {
      name: 'compromise-at-start',
      off: 'the keys of a pool stay where the authority stopped after a revocation for keyCompromise',
      file: 'packages/authority/src/open-domain-authority.ts',
      find: 'await revocation.resumeKeys();',
      replace: 'await revocation.reconcileKeys();',
      test: {
        file: 'packages/authority/test/compromise-after-fault.test.ts',
        title: 'changes them when the authority starts again',
      },
    },
    {
      name: 'list-of-another-issuer',
      off: 'a distribution point that names its CRL issuer without a directory name is taken for one that names none',
      file: revocation,
      find: 'if (point?.crlIssuer !== undefined) {',
      replace: 'if (point?.crlIssuer !== undefined && directoryNames(point.crlIssuer).length > 0) {',
      test: of('crl-processing', 'cannot match a CRL issuer that is named without a directory name'),
    },
    {
      name: 'relative-to-one-of-two',
      off: 'a name relative to several CRL issuers is taken as relative to the first',
      file: revocation,
      find: "if (point.name.type === 'relative' && issuers.length !== 1) return none;",
      replace: '',
      test: of('crl-processing', 'may be relative to the CRL issuer, as long as there is one'),
    },
    {
      name: 'unreadable-signer',
      off: 'an unreadable signer of an OCSP response is passed over in silence',
      file: 'packages/trust/src/revocation/ocsp-signer.ts',
      find: 'if (!decoded.ok) {',
      replace: 'if (!decoded.ok) {\n      continue;',
      test: of('ocsp', 'whose signer cannot be read is refused for that'),
    },
    {
      name: 'empty-entry-extensions',
      off: 'an entry with an empty list of extensions hides its revocation, and every other one of the CRL',
      file: 'packages/x509/src/crl/crl-entry.ts',
      find: 'return end - pos === 2 && bytes[pos]',
      replace: 'return end - pos === 0 && bytes[pos]',
      test: {
        file: 'packages/trust/test/crl.test.ts',
        title:
          'revokes although an entry has an empty list of extensions; the strict profile does not use such a CRL',
      },
    },
    {
      name: 'kept-lists',
      off: 'a partner that is refused fills memory and disk with the lists that its certificates name',
      file: 'packages/trust/src/node/fetch/kept-objects.ts',
      find: 'const isFull = () => count > this.#limits.most || total > this.#limits.mostBytes;',
      replace: 'const isFull = () => total < 0;',
      test: {
        file: 'packages/trust/src/node/fetch/kept-objects.test.ts',
        title: 'never loses what an open connection needs: the new object is the one that is not kept',
      },
    },
    {
      name: 'bytes-fetched-at-once',
      off: 'a partner has an edge gather eight lists of 16 MiB for each connection that it begins',
      file: 'packages/trust/src/node/fetch/fetches-under-way.ts',
      find: 'if (all.bytes + bytes > mostBytes) return false;',
      replace: 'if (mostBytes < 0) return false;',
      test: {
        file: 'packages/trust/src/node/fetch/fetches-under-way.test.ts',
        title: 'is bounded in bytes for each anchor, and those of another are fetched meanwhile',
      },
    },
    {
      name: 'fetches-at-once',
      off: 'a partner has an edge open eight connections to servers that do not answer for each that it begins',
      file: 'packages/trust/src/node/fetch/fetches-under-way.ts',
      find: 'if (all.fetches >= most) {',
      replace: 'if (most < 0) {',
      test: {
        file: 'packages/trust/src/node/fetch/fetches-under-way.test.ts',
        title: 'is bounded in number for each anchor, and those of another are fetched meanwhile',
      },
    },
    {
      name: 'fetches-that-have-ended',
      off: 'what has been fetched counts for ever, and nothing more is in the end',
      file: 'packages/trust/src/node/fetch/fetches-under-way.ts',
      find: 'all.bytes -= own;',
      replace: '',
      test: {
        file: 'packages/trust/src/node/fetch/fetches-under-way.test.ts',
        title: 'leaves room again where it has ended',
      },
    },
    {
      name: 'lines-about-lists',
      off: 'a partner fills the log of an edge with lists that cannot be fetched',
      file: 'packages/edge/src/log-list-failure.ts',
      find: 'if (leftOut !== undefined)',
      replace: 'if (name !== undefined)',
      test: {
        file: 'packages/edge/src/log-list-failure.test.ts',
        title:
          'lists that cannot be fetched fill no log, however many a partner names, and their number is said',
      },
    },
    {
      name: 'lists-of-unaccepted-peers',
      off: 'the lists of peers that are refused take all the room of their anchor, and each is fetched again for ever',
      file: 'packages/trust/src/node/fetch/kept-objects.ts',
      find: 'if (isFull() || tooMany-- > 0) drop(each, candidate);',
      replace: 'if (isFull()) drop(each, candidate);',
      test: {
        file: 'packages/trust/src/node/fetch/kept-lists.test.ts',
        title: 'do not fill memory or disk, however many its certificates name',
      },
    },
    {
      name: 'lists-in-use',
      off: 'a list of an unknown peer pushes out one that an open connection needs',
      file: 'packages/trust/src/node/fetch/kept-objects.ts',
      find: 'return each === key || candidate.open > 0 ? [] : [{ each, candidate }];',
      replace: 'return each === key ? [] : [{ each, candidate }];',
      test: {
        file: 'packages/trust/src/node/fetch/kept-lists.test.ts',
        title: 'are not kept at all where open connections need everything, and those stay',
      },
    },
    {
      name: 'lists-of-each-anchor',
      off: 'the peers of one anchor push out the lists of another one',
      file: 'packages/trust/src/node/fetch/anchor-key.ts',
      find: '  if (certificate === undefined) return noAnchor;',
      replace: '  if (certificate === undefined || certificate.der.length > 0) return noAnchor;',
      test: {
        file: 'packages/trust/src/node/fetch/kept-lists.test.ts',
        title:
          'make no request fail that a peer of another anchor needs: each anchor waits for its own failures',
      },
    },
    {
      name: 'lists-on-disk',
      off: 'what was dropped from memory stays on disk',
      file: 'packages/trust/src/node/fetch/kept-on-disk.ts',
      find: 'const removal = cache.remove(key).finally',
      replace: 'const removal = Promise.resolve().finally',
      test: {
        file: 'packages/trust/src/node/fetch/kept-lists.test.ts',
        title: 'do not fill memory or disk, however many its certificates name',
      },
    },
    {
      name: 'lists-used-by-connections',
      off: 'the fetcher does not hear which lists open connections need',
      file: 'packages/tls/src/live/live-connections.ts',
      find: 'const release = this.#trust.use?.(path);',
      replace: 'const release = undefined;',
      test: {
        file: 'packages/tls/test/live.test.ts',
        title: 'keeps what was fetched for a connection until it has closed',
      },
    },
    {
      name: 'kept-intermediates',
      off: 'a partner fills memory with the intermediates that its certificates name',
      file: 'packages/trust/src/node/fetch/issuer-fetcher.ts',
      find: '.slice(-mostKeptOfAnchor)',
      replace: '',
      test: {
        file: 'packages/trust/src/node/fetch/issuer-fetcher.test.ts',
        title: 'are bounded for each anchor, and those of one anchor push out none of another',
      },
    },
    {
      name: 'emptied-crls',
      off: 'a file of revocation lists that was emptied takes away what is known',
      file: 'packages/trust/src/node/crls-from.ts',
      find: 'if (found.length === 0 && (place === location || isNamedCrl(place))) throw none(place, blocks);',
      replace: '',
      test: {
        file: 'packages/trust/src/node/stores.test.ts',
        title: 'refuses an empty file, whose revocations would be forgotten, with ENTENTE_STORE_EMPTY',
      },
    },
    {
      name: 'older-list-put-back',
      off: 'an old copy of a file of revocations undoes those that came since',
      file: 'packages/trust/src/node/lists-in-force.ts',
      find: 'known.crl.thisUpdate <= now && isOlder(crl, known, now)',
      replace: 'known.crl.thisUpdate > now && isOlder(crl, known, now)',
      test: {
        file: 'packages/trust/src/node/stores.test.ts',
        title: 'keeps the one in force, and tells why: lists without numbers',
      },
    },
  ],
};
