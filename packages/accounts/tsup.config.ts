import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  'directory/index': 'src/directory/index.ts',
  'directory/compliance/index': 'src/directory/compliance/index.ts',
  'feed/index': 'src/feed/index.ts',
  'import/index': 'src/import/index.ts',
  'web/index': 'src/web/index.ts',
});
