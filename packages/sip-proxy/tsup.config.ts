import { library } from '../../tooling/build/library.ts';

export default library({
  index: 'src/index.ts',
  'locations/index': 'src/locations/index.ts',
  'locations/replicated/index': 'src/locations/replicated/index.ts',
  'locations/compliance': 'src/locations/compliance.ts',
});
