export { type ExporterRule, type ExporterUnderTest, exporterCompliance } from './compliance.ts';
export { FakeExporter } from './fake-exporter.ts';
export { type ExportBatch, type ExportedRecord, type Exporter, exporterPort } from './log-exporter.ts';
