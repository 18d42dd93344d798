// Results are written to the report in large batches.
import { appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

class Report {
  batch = [];

  constructor(file) {
    this.file = file;
  }

  async add(result) {
    this.batch.push(result);
    if (this.batch.length >= 1500) await this.flush();
  }

  async flush() {
    const text = this.batch.map((result) => `${JSON.stringify(result)}\n`).join('');
    this.batch = [];
    await appendFile(this.file, text);
  }
}

const file = join(tmpdir(), `report-${process.pid}.ndjson`);
const report = new Report(file);
for (let step = 1; step <= 180; step++) {
  for (let i = 0; i < 10; i++)
    await report.add({ step, i, findings: [`finding ${i} of ${step}`, `remark ${i} of ${step}`], score: i / step });
  console.log(`step ${step} done`);
  await sleep(45);
}
await report.flush();
await rm(file);
