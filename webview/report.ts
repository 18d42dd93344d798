/** Entry of the HTML report: reads the data beside it and shows it. */

import type { ReportData } from '../src/protocol/report.ts';
import { mountReport } from './views/report.ts';

const data = JSON.parse(document.getElementById('report-data')!.textContent!) as ReportData;
mountReport(document.getElementById('report')!, data);
