import { ToolHost } from './host.mjs';
import { startToolServer } from './tool-server.mjs';

const server = await startToolServer();
const host = new ToolHost(server.address().port);

for (let n = 0; n < 240; n++) {
  const answer = await host.run('lookup', { id: n });
  if (answer.id !== n) throw new Error('wrong answer');
  await new Promise((resolve) => setTimeout(resolve, 25));
  console.log(`step ${n}`);
}
await host.shutdown();
server.close();
