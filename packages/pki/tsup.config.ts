import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  'client/index': 'src/client/index.ts',
  'pkcs12/index': 'src/pkcs12/index.ts',
  'audit/index': 'src/audit/index.ts',
  'audit/compliance/index': 'src/audit/compliance/index.ts',
  'ledger/index': 'src/ledger/index.ts',
  'ledger/compliance/index': 'src/ledger/compliance/index.ts',
  'node/index': 'src/node/index.ts',
  'node/signer/index': 'src/node/signer/index.ts',
});
