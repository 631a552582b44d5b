export { administrators, contoso, now, placed } from './contoso.ts';
export { sampleDocument, sampleEdge, sampleFrontEnd, sampleTopology } from './sample-document.ts';
export { type TestAdministrator, testAdministrator } from './test-administrator.ts';
