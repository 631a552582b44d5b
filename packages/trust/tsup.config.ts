import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  'node/index': 'src/node/index.ts',
  'node/revocation-source/index': 'src/node/revocation-source/index.ts',
});
