import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  'resolve/index': 'src/resolve/index.ts',
  'testing/index': 'src/testing/index.ts',
});
