import net from 'node:net';

export class ToolTransport {
  constructor(port) {
    this.port = port;
    this.waiting = [];
    this.log = [];
  }

  async open() {
    this.socket = net.connect(this.port, '127.0.0.1');
    await new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject));
    this.socket.setEncoding('utf8').on('data', (text) => this.receive(text));
    return this;
  }

  receive(text) {
    this.log.push({ at: Date.now(), text });
    this.waiting.shift()?.(JSON.parse(text));
  }

  request(method, params) {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.socket.write(`${JSON.stringify({ method, params })}\n`);
    });
  }

  close() {
    this.socket.destroy();
  }
}
