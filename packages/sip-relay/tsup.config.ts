import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  'request-policy/index': 'src/request-policy/index.ts',
  'users/index': 'src/users/index.ts',
});
