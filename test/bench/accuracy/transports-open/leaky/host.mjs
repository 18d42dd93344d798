import { ToolTransport } from './transport.mjs';

export class ToolHost {
  constructor(port) {
    this.port = port;
    this.transports = new Set();
  }

  async run(method, params) {
    const transport = await new ToolTransport(this.port).open();
    this.transports.add(transport); // leak: store
    return transport.request(method, params);
  }

  async shutdown() {
    for (const transport of this.transports) transport.close();
  }
}
