'use strict';
const { Settings } = require('./settings');
const { Orchestrator } = require('./orchestrator');

async function main() {
  const settings = new Settings({ model: 'small', temperature: 0.2 });
  const orchestrator = new Orchestrator(settings);
  for (let task = 0; task < 260; task++) {
    if (task % 50 === 0) settings.set('temperature', 0.2 + (task % 3) / 10);
    const report = await orchestrator.solve(`Find out about supplier ${task}`);
    if (report.length !== 3) throw new Error('bad report');
    console.log(`step ${task} ok`);
  }
}

main();
