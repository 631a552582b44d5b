import { register } from 'tsx/esm/api';

register();
await import('./latched-thread.ts');
