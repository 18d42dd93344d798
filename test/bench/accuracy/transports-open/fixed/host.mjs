import { ToolTransport } from './transport.mjs';

export class ToolHost {
  constructor(port) {
    this.port = port;
    this.transports = new Set();
  }

  async run(method, params) {
    const transport = await new ToolTransport(this.port).open();
    this.transports.add(transport);
    try {
      return await transport.request(method, params);
    } finally {
      transport.close();
      this.transports.delete(transport);
    }
  }

  async shutdown() {
    for (const transport of this.transports) transport.close();
  }
}
