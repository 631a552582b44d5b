export { type ExporterRule, type ExporterUnderTest, exporterCompliance } from './compliance.ts';
export { type ExportBatch, type ExportedRecord, type Exporter, exporterPort } from './exporter.ts';
export { FakeExporter } from './fake-exporter.ts';
