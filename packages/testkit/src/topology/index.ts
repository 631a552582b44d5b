export { administrators, contoso, now, placed } from './contoso.ts';
export { type TestAdministrator, testAdministrator } from './test-administrator.ts';
