import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  'versions/index': 'src/versions/index.ts',
  'versions/compliance/index': 'src/versions/compliance/index.ts',
});
