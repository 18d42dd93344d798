import net from 'node:net';

/** Answers each line with its parameters. */
export async function startToolServer() {
  const server = net.createServer((socket) => {
    socket.setEncoding('utf8').on('data', (text) => {
      for (const line of text.split('\n').filter(Boolean)) socket.write(`${JSON.stringify(JSON.parse(line).params)}\n`);
    });
    socket.on('error', () => socket.destroy());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
