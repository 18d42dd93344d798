import { Agent } from './agent';
import { RunLog } from './run-log';

const log = new RunLog();
const agent = new Agent(log);
let next = 0;
const timer = setInterval(async () => {
  const n = next++;
  const answer = await agent.run(`Customer ${n} asks for a refund of order ${n * 7}.`);
  if (!answer) throw new Error('no answer');
  if (n % 5 === 4) console.log(`step ${n + 1}`);
  if (n === 800) {
    clearInterval(timer);
    console.log(log.summary());
  }
}, 9);
