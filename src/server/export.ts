import { readFileSync, writeFileSync } from 'node:fs';
import type { ReportData } from '../protocol/report.ts';
import type { ExportFormat } from '../protocol/server.ts';
import { diskError } from '../recording/disk.ts';
import { renderHtml } from '../report/html.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderText } from '../report/text.ts';

/** A report in the format asked for. @param dist folder of the bundles: the page's script and style are there */
export function renderReport(data: ReportData, format: ExportFormat, dist: URL): string {
  const asset = (name: string): string => readFileSync(new URL(name, dist), 'utf8');
  switch (format) {
    case 'html':
      return renderHtml(data, { script: asset('report.js'), style: asset('report.css') });
    case 'markdown':
      return renderMarkdown(data);
    case 'json':
      return `${JSON.stringify(data.findings, null, 2)}\n`;
    case 'text':
      return renderText(data, { color: false, width: 100, cwd: data.recording.cwd ?? '' });
  }
}

/** @throws HeaplineError `disk-full`, or `not-found` where the file can't be written */
export function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw diskError(error, file);
  }
}
